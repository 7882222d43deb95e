namespace Portal.Features.Data;

/// <summary>Read by a process of its own. What is text in the end is scanned here, by scanners that are bounded: what unpacks it is not here.</summary>
internal sealed class SourceApart(ReaderProcess process, FileStream file, DataOptions options, IDisposable stay) : UploadedSource
{
    private IReadOnlyList<ZipItem>? _items;

    public override SourceLayout Inspect(string entry = "", string sheet = "") => Understood(process.Ask(ReaderAsk.Inspect, f => f.Add(entry).Add(sheet)), a => a.Layout());

    public override SourceChoices ChoicesOf(SourceLayout layout) => SourceChoices.Of(this, layout, () => Understood(
        process.Ask(ReaderAsk.Sheets, f => f.Add(layout)), a => Enumerable.Range(0, a.Count(12)).Select(_ => new SheetInfo(a.Text(), a.Int() is 1, a.Text())).ToList()));

    public override IReadOnlyList<ZipItem> Items()
    {
        if (_items is not null)
        {
            return _items;
        }

        List<ZipItem> items = [];
        for (var isMore = true; isMore && items.Count < options.MaxArchiveFiles;)
        {
            var more = Understood(process.Ask(ReaderAsk.Items, f => f.Add(items.Count)), a => Enumerable.Range(0, a.Count(40)).Select(_ => a.Item()).ToList());
            items.AddRange(more);
            isMore = more.Count > 0;
        }

        return _items = items;
    }

    public override RecordReader Rows(SourceLayout layout, IReadOnlyList<string>? columns = null)
    {
        if (layout.Format is SourceFormat.Xlsx)
        {
            var (turn, answer) = process.Begin(ReaderAsk.Rows, f => f.Add(layout));
            var named = Understood(answer, a => Enumerable.Range(0, a.Count(4)).Select(_ => a.Text()).ToList());
            return RecordReader.Restored(new ApartRecords(Pieces(turn), named));
        }

        return RecordReader.Of(new ApartContent(Pieces(process.Begin(ReaderAsk.Content, f => f.Add(layout)).Turn)), layout, options, columns);
    }

    public override Stream OpenItem(ZipItem item) => new ApartContent(Pieces(process.Begin(ReaderAsk.Item, f => f.Add(item)).Turn));

    public override MediaFacts? FactsOf(Stream media) => media is FileStream stored
        ? Understood(process.Ask(ReaderAsk.Facts, f => f.Add(stored.Name)), Facts)
        : throw new InvalidOperationException("Another process can only look at what lies on the disk.");

    public override void Dispose()
    {
        process.Dispose();
        stay.Dispose();
    }

    private ApartPieces Pieces(int turn) => new(process, turn, file);

    private T Understood<T>(FrameReader answer, Func<FrameReader, T> read)
    {
        try
        {
            return read(answer);
        }
        catch (InvalidDataException why)
        {
            throw process.Garbled(why);
        }
    }

    private static MediaFacts? Facts(FrameReader answer) => answer.Int() is 0 ? null : new MediaFacts(answer.Known<MediaKind>(), answer.Text(), answer.Text())
    {
        Milliseconds = Known(answer.Long()), Width = (int?)Known(answer.Int()), Height = (int?)Known(answer.Int()), Pages = (int?)Known(answer.Int()),
    };

    private static long? Known(long number) => number < 0 ? null : number;
}

/// <summary>What one question began: its pieces, one after the other, while the process is asked for nothing else.</summary>
internal sealed class ApartPieces(ReaderProcess process, int turn, FileStream file)
{
    /// <summary>The uploaded file is not read here; its position goes along all the same, since it tells how far the reading is.</summary>
    public T Next<T>(ReaderAsk ask, Func<FrameWriter, FrameWriter> add, Func<FrameReader, T> read)
    {
        var answer = process.Pull(turn, ask, add);
        try
        {
            file.Position = Math.Clamp(answer.Long(), 0, file.Length);
            return read(answer);
        }
        catch (InvalidDataException why)
        {
            throw process.Garbled(why);
        }
    }
}

/// <summary>Rows of a sheet that another process reads.</summary>
internal sealed class ApartRecords(ApartPieces pieces, IReadOnlyList<string> columns) : RecordReader
{
    private const int LookedAtRows = 256;
    private const int LookedAtBytes = 1 << 18;

    private HeldRecords? _held;

    public override IReadOnlyList<string> Columns => columns;

    public override IReadOnlyList<string?> Values => _held?.Values ?? [];

    public override bool Read()
    {
        while (_held?.Read() is not true)
        {
            if ((_held = Next(Number, LookedAtRows, LookedAtBytes)) is null)
            {
                return false;
            }
        }

        (Number, Line, Problem, Raw) = (_held.Number, _held.Line, _held.Problem, _held.Raw);
        return true;
    }

    public override RecordReader? Take(int rows, int bytes)
    {
        var held = Next(Number, rows, bytes);
        Number += held?.Count ?? 0;
        return held;
    }

    public override string? FaultAt(int column) => _held?.FaultAt(column);

    public override void Dispose()
    {
        // The process is its owner's.
    }

    private HeldRecords? Next(int before, int rows, int bytes) => pieces.Next(ReaderAsk.Take, f => f.Add(rows).Add(bytes), a => HeldRecords.Read(a, columns, before));
}

/// <summary>A file of an archive that another process unpacks.</summary>
internal sealed class ApartContent(ApartPieces pieces) : Stream
{
    private ReadOnlyMemory<byte> _piece;
    private bool _isAtEnd;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get; set; }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (_piece.IsEmpty && !_isAtEnd && !buffer.IsEmpty)
        {
            _piece = pieces.Next(ReaderAsk.Read, f => f, a => a.Rest);
            _isAtEnd = _piece.IsEmpty;
        }

        var read = Math.Min(buffer.Length, _piece.Length);
        _piece.Span[..read].CopyTo(buffer);
        _piece = _piece[read..];
        Position += read;
        return read;
    }

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
