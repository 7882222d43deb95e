using System.Collections.Concurrent;

namespace Portal.Features.Data;

/// <summary>
/// <c>Portal.dll read-file</c>: reads one uploaded file for the portal that started it, and can be stopped at any time without anything being lost but the
/// reading. It has no host, no database and no secrets: a pipe of questions, a pipe of answers, and the file.
/// </summary>
internal sealed class ReaderCommand : IDisposable
{
    public const string Name = "read-file";

    private const int MostItems = 10_000;
    private const int MostBytes = 1 << 20;

    private readonly FileStream _file;
    private readonly DataOptions _options;
    private readonly SourceHere _source;
    private readonly byte[] _buffer = new byte[MostBytes];
    private IReadOnlyList<ZipItem>? _items;
    private RecordReader? _rows;
    private Stream? _content;
    private PortalException? _refusal;

    private ReaderCommand(FrameReader open)
    {
        _file = File.OpenRead(open.Text());
        _options = ReaderLimits.Accept(open);
        _source = new SourceHere(_file, _options);
    }

    private IReadOnlyList<ZipItem> Items => _items ??= _source.Items();

    public static bool IsAsked(string[] args) => args is [Name];

    public static int Run()
    {
        ReaderLimits.LeaveGroup();
        using var asks = new BlockingCollection<(byte Kind, byte[] Content)>();
        // Whatever the reading is busy with: when the portal is gone, or has enough, its end of the pipe closes.
        new Thread(() => Listen(asks)) { IsBackground = true }.Start();
        using var answers = Console.OpenStandardOutput();
        if (asks.Take() is not ((byte)ReaderAsk.Open, var file))
        {
            return 2;
        }

        using var reader = new ReaderCommand(new FrameReader(file));
        ReaderFrame.Send(answers, (byte)ReaderAnswer.Done, []);
        foreach (var (kind, content) in asks.GetConsumingEnumerable())
        {
            var (answer, said) = reader.Answer((ReaderAsk)kind, new FrameReader(content));
            ReaderFrame.Send(answers, (byte)answer, said.Written);
        }

        return 0;
    }

    public void Dispose()
    {
        Close();
        _file.Dispose();
    }

    private static void Listen(BlockingCollection<(byte Kind, byte[] Content)> asks)
    {
        using var pipe = Console.OpenStandardInput();
        try
        {
            while (ReaderFrame.Receive(pipe) is { } ask)
            {
                asks.Add(ask);
            }
        }
        finally
        {
            Environment.Exit(0);
        }
    }

    private (ReaderAnswer Kind, FrameWriter Said) Answer(ReaderAsk ask, FrameReader question)
    {
        try
        {
            var said = Said(ask, question);
            return said.Written.Length <= ReaderFrame.MostBytes ? (ReaderAnswer.Done, said) : throw new PortalException("The file names its parts by far longer names than can be read. Save it anew, then upload that.");
        }
        catch (PortalException refused)
        {
            // Asked for the next piece, it says the same again.
            _refusal = refused;
            return (ReaderAnswer.Refused, new FrameWriter().Add(System.Text.Encoding.UTF8.GetBytes(refused.Message)));
        }
        catch (OutOfMemoryException)
        {
            return (ReaderAnswer.OutOfMemory, new FrameWriter());
        }
#pragma warning disable CA1031 // The process's edge: what is wrong is said in one word and ends it.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            return (ReaderAnswer.Failed, new FrameWriter().Add(System.Text.Encoding.UTF8.GetBytes($"{fault.GetType().Name} in {fault.TargetSite?.DeclaringType?.Name}.{fault.TargetSite?.Name}")));
        }
    }

    private FrameWriter Said(ReaderAsk ask, FrameReader question)
    {
        var said = new FrameWriter();
        switch (ask)
        {
            case ReaderAsk.Take or ReaderAsk.Read when _refusal is not null:
                throw _refusal;
            case ReaderAsk.Inspect:
                return said.Add(_source.Inspect(question.Text(), question.Text()));
            case ReaderAsk.Sheets:
                return Add(said, _source.SheetsOf(question.Layout()));
            case ReaderAsk.Items:
                return Add(said, [.. Items.Skip(question.Int()).Take(MostItems)]);
            case ReaderAsk.Rows:
                return Open(said, question.Layout());
            case ReaderAsk.Take:
                return Take(said, question.Int(), question.Int());
            case ReaderAsk.Content:
                Close();
                _content = SourceFile.Open(_file, question.Layout(), _options);
                return said;
            case ReaderAsk.Item:
                Close();
                _content = _source.OpenItem(question.Item());
                return said;
            case ReaderAsk.Read:
                var read = _content?.ReadAtLeast(_buffer, _buffer.Length, throwOnEndOfStream: false) ?? 0;
                return said.Add(_file.Position).Add(_buffer.AsSpan(0, read));
            case ReaderAsk.Facts:
                using (var media = File.OpenRead(question.Text()))
                {
                    return Add(said, MediaFacts.Of(media));
                }

            default:
                throw new InvalidOperationException($"{ask} is nothing that is asked here.");
        }
    }

    private FrameWriter Open(FrameWriter said, SourceLayout layout)
    {
        Close();
        var rows = new XlsxRecords(SourceFile.OpenSeekable(_file, layout, _options), layout, _options);
        _rows = rows;
        said.Add(rows.Columns.Count);
        foreach (var column in rows.Columns)
        {
            said.Add(column);
        }

        return said;
    }

    private FrameWriter Take(FrameWriter said, int rows, int bytes)
    {
        var held = _rows is null ? null : HeldRecords.From(_rows, rows, bytes);
        said.Add(_file.Position);
        if (held is null)
        {
            return said.Add(0);
        }

        held.Write(said);
        return said;
    }

    private void Close()
    {
        _rows?.Dispose();
        _content?.Dispose();
        (_rows, _content, _refusal) = (null, null, null);
    }

    private static FrameWriter Add(FrameWriter said, IReadOnlyList<SheetInfo> sheets)
    {
        said.Add(sheets.Count);
        foreach (var sheet in sheets)
        {
            said.Add(sheet.Name).Add(sheet.IsHidden ? 1 : 0).Add(sheet.Part);
        }

        return said;
    }

    private static FrameWriter Add(FrameWriter said, IReadOnlyList<ZipItem> items)
    {
        said.Add(items.Count);
        foreach (var item in items)
        {
            said.Add(item);
        }

        return said;
    }

    private static FrameWriter Add(FrameWriter said, MediaFacts? facts) => facts is null
        ? said.Add(0)
        : said.Add(1).Add((int)facts.Kind).Add(facts.MimeType).Add(facts.Container).Add(facts.Milliseconds ?? -1).Add(facts.Width ?? -1).Add(facts.Height ?? -1).Add(facts.Pages ?? -1);
}
