namespace Portal.Features.Data;

/// <summary>One row a line, however lines end. A blank line is no row; one too long is skipped, not held.</summary>
internal sealed class JsonLines(Utf8Source source, DataOptions options) : JsonRows
{
    private readonly byte[] _beginning = new byte[RecordReader.RawLength];
    private int _taken;
    private long _line = 1;
    private bool _endsInReturn;

    public override bool Next(out ReadOnlySpan<byte> row)
    {
        while (true)
        {
            source.Skip(_taken);
            _taken = 0;
            if (!ReadLine(out row))
            {
                return false;
            }

            if (Problem is not null || !row.Trim(" \t\uFEFF"u8).IsEmpty)
            {
                return true;
            }
        }
    }

    public override void Dispose() => source.Dispose();

    private bool ReadLine(out ReadOnlySpan<byte> line)
    {
        (Line, Problem) = (_line, null);
        for (var searched = 0; ;)
        {
            var window = source.Window;
            var end = window[searched..].IndexOfAny((byte)'\n', (byte)'\r');
            if (end >= 0)
            {
                end += searched;
                line = window[..end];
                _taken = end + 1;
                EndLine(window[end]);
                Problem = IsTooLong(line, options) ? TooLong() : null;
                return true;
            }

            if (window.Length > MaximumBytes(options))
            {
                line = SkipLine(window);
                return true;
            }

            searched = window.Length;
            if (!source.Fill())
            {
                line = window = source.Window;
                _taken = window.Length;
                Problem = IsTooLong(line, options) ? TooLong() : null;
                return window.Length > 0;
            }
        }
    }

    /// <summary>A line feed after a carriage return ends the same line.</summary>
    private void EndLine(byte mark)
    {
        _line += mark is (byte)'\n' && _endsInReturn && _taken is 1 ? 0 : 1;
        _endsInReturn = mark is (byte)'\r';
    }

    private ReadOnlySpan<byte> SkipLine(ReadOnlySpan<byte> window)
    {
        window[.._beginning.Length].CopyTo(_beginning);
        Problem = TooLong();
        int end;
        while ((end = source.Window.IndexOfAny((byte)'\n', (byte)'\r')) < 0)
        {
            source.Skip(source.Window.Length);
            if (!source.Fill())
            {
                return _beginning;
            }
        }

        var mark = source.Window[end];
        source.Skip(end + 1);
        _line++;
        _endsInReturn = mark is (byte)'\r';
        return _beginning;
    }

    private string TooLong() => $"the line is longer than {options.MaxRecordCharacters:N0} characters";
}
