using System.Buffers;
using System.Text;

namespace Portal.Features.Data;

/// <summary>
/// RFC 4180 in bounded memory: cells may hold line breaks, records may end in any of the three ways, and a cell or record
/// over the limit is skipped rather than held. An open quote that nobody closes would swallow the rest of the file, so it ends the reading.
/// </summary>
internal sealed class CsvScanner(TextReader reader, char delimiter, DataOptions options)
{
    private readonly char[] _buffer = new char[1 << 15];
    private readonly SearchValues<char> _ends = SearchValues.Create([delimiter, '\r', '\n']);
    private readonly StringBuilder _cell = new();
    private int _at;
    private int _end;
    private int _recordLength;
    private long _line = 1;
    private string? _problem;

    /// <summary>Line on which the last record began.</summary>
    public long RecordLine { get; private set; }

    /// <summary>False at the end of the file. A blank line is no record.</summary>
    public bool Read(List<string> cells, out string? problem)
    {
        do
        {
            cells.Clear();
            (_problem, _recordLength, RecordLine) = (null, 0, _line);
            if (!HasMore())
            {
                problem = null;
                return false;
            }

            ReadRecord(cells);
        }
        while (cells is [""] && _problem is null);

        problem = _problem;
        return true;
    }

    private void ReadRecord(List<string> cells)
    {
        while (true)
        {
            var isQuoted = HasMore() && _buffer[_at] is '"';
            if (isQuoted)
            {
                ReadQuoted();
            }

            ReadPlain(isQuoted);
            if (_problem is null || cells.Count < 8)
            {
                cells.Add(_cell.ToString());
            }

            _cell.Clear();
            if (!HasMore())
            {
                return;
            }

            var end = _buffer[_at++];
            if (end != delimiter)
            {
                EndLine(end);
                return;
            }
        }
    }

    private void EndLine(char end)
    {
        _line++;
        if (end is '\r' && HasMore() && _buffer[_at] is '\n')
        {
            _at++;
        }
    }

    private void ReadQuoted()
    {
        var opened = _line;
        var length = 0;
        _at++;
        while (HasMore())
        {
            var rest = _buffer.AsSpan(_at, _end - _at);
            var quote = rest.IndexOf('"');
            var text = quote < 0 ? rest : rest[..quote];
            _line += text.Count('\n');
            length += text.Length;
            if (length > options.MaxCellCharacters)
            {
                throw new PortalException(
                    $"Line {opened:N0}: a quote opens here and does not close within {options.MaxCellCharacters:N0} characters. Close it, or double the quotes that belong to the text, and upload the file again.");
            }

            Take(text);
            _at += text.Length;
            if (quote < 0)
            {
                continue;
            }

            _at++;
            if (!HasMore() || _buffer[_at] is not '"')
            {
                return;
            }

            Take("\"");
            _at++;
        }

        throw new PortalException($"Line {opened:N0}: a quote opens here and never closes, so everything after it would be one cell. Close it, or double the quotes that belong to the text, and upload the file again.");
    }

    private void ReadPlain(bool isAfterQuote)
    {
        while (HasMore())
        {
            var rest = _buffer.AsSpan(_at, _end - _at);
            var end = rest.IndexOfAny(_ends);
            var text = end < 0 ? rest : rest[..end];
            if (text.Length > 0)
            {
                if (isAfterQuote)
                {
                    _problem ??= "a quoted cell goes on after its closing quote; double the quotes that belong to the text";
                }

                Take(text);
                _at += text.Length;
            }

            if (end >= 0)
            {
                return;
            }
        }
    }

    private void Take(ReadOnlySpan<char> text)
    {
        _recordLength = Math.Min(int.MaxValue - text.Length, _recordLength) + text.Length;
        if (_cell.Length + text.Length > options.MaxCellCharacters)
        {
            _problem ??= $"a cell is longer than {options.MaxCellCharacters:N0} characters";
        }
        else if (_recordLength > options.MaxRecordCharacters)
        {
            _problem ??= $"the row is longer than {options.MaxRecordCharacters:N0} characters";
        }

        if (_problem is null || _cell.Length < RecordReader.RawLength)
        {
            _cell.Append(text[..Math.Min(text.Length, options.MaxCellCharacters)]);
        }
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
