namespace Portal.Features.Data;

/// <summary>What a scan of a whole file found: the facts of its rows in their order, and the groups of those that are nearly the same.</summary>
internal sealed record ScannedFile(RowFact[] Facts, RowPrints Prints, int[] Groups);

/// <summary>
/// Parses, checks, fingerprints and compares the rows of a JSONL file with every core: each takes the next block of lines, and the
/// blocks are put in order at the end. A block is a megabyte, so memory depends on the number of rows alone.
/// </summary>
internal sealed class JsonLinesScan(Stream file, string inputKey, string outputKey, int maximumLine)
{
    private const int BlockBytes = 1 << 20;

    private readonly Lock _reading = new();
    private readonly List<(RowInspector Rows, int Lines)> _blocks = [];
    private byte[] _rest = [];
    private bool _isAtEnd;

    public static ScannedFile Run(Stream file, string inputKey, string outputKey, int maximumLine, CancellationToken ct)
    {
        var scan = new JsonLinesScan(file, inputKey, outputKey, maximumLine);
        var workers = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Run(() => scan.Work(ct), ct)).ToArray();
        Task.WaitAll(workers, ct);
        return scan.Conclude();
    }

    private void Work(CancellationToken ct)
    {
        var row = new JsonRow(inputKey, outputKey);
        var buffer = new byte[BlockBytes];
        while (Next(ref buffer) is var (inspector, index, length) && inspector is not null)
        {
            ct.ThrowIfCancellationRequested();
            var lines = 0;
            for (ReadOnlySpan<byte> left = buffer.AsSpan(0, length); !left.IsEmpty; )
            {
                var end = left.IndexOf((byte)'\n');
                var line = (end < 0 ? left : left[..end]).Trim(" \r\t"u8);
                left = end < 0 ? [] : left[(end + 1)..];
                if (!line.IsEmpty)
                {
                    lines++;
                    var mark = line.Length > maximumLine ? RowMarks.TooLong : row.Read(line) ? RowMarks.None : RowMarks.Unreadable;
                    inspector.Inspect(lines, mark is RowMarks.None ? row.Input : [], mark is RowMarks.None ? row.Output : [], mark);
                }
            }

            lock (_reading)
            {
                _blocks[index] = (inspector, lines);
            }
        }
    }

    /// <summary>Reads the next whole lines into the buffer. A line longer than a block makes the buffer grow up to the longest that is taken.</summary>
    private (RowInspector? Rows, int Index, int Length) Next(ref byte[] buffer)
    {
        lock (_reading)
        {
            if (_isAtEnd && _rest.Length is 0)
            {
                return default;
            }

            if (buffer.Length < _rest.Length + BlockBytes)
            {
                buffer = new byte[_rest.Length + BlockBytes];
            }

            _rest.CopyTo(buffer, 0);
            var length = _rest.Length + (_isAtEnd ? 0 : file.ReadAtLeast(buffer.AsSpan(_rest.Length, BlockBytes), BlockBytes, throwOnEndOfStream: false));
            _isAtEnd |= length < _rest.Length + BlockBytes;
            var end = _isAtEnd ? length : buffer.AsSpan(0, length).LastIndexOf((byte)'\n') + 1;
            if (end is 0 && length > maximumLine)
            {
                // Of a line that is refused anyway its beginning is enough; the rest is passed over.
                SkipLine();
                end = length;
            }

            _rest = buffer.AsSpan(end, length - end).ToArray();
            var rows = new RowInspector();
            _blocks.Add((rows, 0));
            return (rows, _blocks.Count - 1, end);
        }
    }

    private void SkipLine()
    {
        for (int next; (next = file.ReadByte()) is not '\n'; )
        {
            if (next < 0)
            {
                _isAtEnd = true;
                return;
            }
        }
    }

    private ScannedFile Conclude()
    {
        var facts = new RowFact[_blocks.Sum(b => b.Lines)];
        var before = 0;
        foreach (var (rows, lines) in _blocks)
        {
            rows.Facts.CopyTo(facts.AsSpan(before));
            for (var i = before; i < before + lines; i++)
            {
                facts[i].Number += before;
            }

            before += lines;
        }

        var prints = RowPrints.Join([.. _blocks.Select(b => b.Rows.Prints)]);
        _blocks.Clear();
        return new ScannedFile(facts, prints, NearDuplicates.Group(prints));
    }
}
