using System.Text;

namespace Portal.Features.Data;

/// <summary>Lines of a text, each held only up to a limit; what is beyond is skipped and counted.</summary>
internal sealed class LineScanner(TextReader reader, int maximum)
{
    private readonly char[] _buffer = new char[1 << 15];
    private readonly StringBuilder _line = new();
    private int _at;
    private int _end;

    public long Number { get; private set; }

    public bool IsTooLong { get; private set; }

    /// <summary>Null at the end of the file.</summary>
    public string? Read()
    {
        _line.Clear();
        IsTooLong = false;
        if (!HasMore())
        {
            return null;
        }

        Number++;
        while (HasMore())
        {
            var rest = _buffer.AsSpan(_at, _end - _at);
            var end = rest.IndexOf('\n');
            var text = end < 0 ? rest : rest[..end];
            if (_line.Length + text.Length > maximum)
            {
                IsTooLong = true;
                text = text[..Math.Min(text.Length, Math.Max(0, RecordReader.RawLength - _line.Length))];
            }

            _line.Append(text);
            _at = end < 0 ? _end : _at + end + 1;
            if (end >= 0)
            {
                break;
            }
        }

        return _line.ToString();
    }

    private bool HasMore()
    {
        if (_at == _end)
        {
            (_at, _end) = (0, reader.Read(_buffer, 0, _buffer.Length));
        }

        return _end > 0;
    }
}
