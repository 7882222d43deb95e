using System.Buffers;
using System.Text;

namespace Portal.Features.Data;

/// <summary>
/// RFC 4180 in bounded memory: cells may hold line breaks, records may end in any of the three ways, and a cell or record
/// over the limit is skipped rather than held. An open quote that nobody closes would swallow the rest of the file, so it ends the reading.
/// </summary>
internal sealed class CsvScanner(TextReader reader, char delimiter, DataOptions options, SourceQuoting quoting = SourceQuoting.Doubled)
{
    private readonly char _quote = quoting is SourceQuoting.Apostrophe ? '\'' : '"';
    private readonly char _escape = quoting is SourceQuoting.Backslash ? '\\' : '\0';
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
            var isQuoted = quoting is not SourceQuoting.None && HasMore() && _buffer[_at] == _quote;
            if (!isQuoted && TakeWhole(cells))
            {
                // The usual cell is there from end to end and needs no putting together.
            }
            else
            {
                if (isQuoted)
                {
                    ReadQuoted();
                }

                ReadPlain(isQuoted);
                Add(cells, _cell.ToString());
                _cell.Clear();
            }

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

    private bool TakeWhole(List<string> cells)
    {
        if (!HasMore())
        {
            return false;
        }

        var rest = _buffer.AsSpan(_at, _end - _at);
        var end = rest.IndexOfAny(_ends);
        if (end < 0 || end > options.MaxCellCharacters || _recordLength + end > options.MaxRecordCharacters)
        {
            return false;
        }

        _recordLength += end;
        Add(cells, end is 0 ? "" : new string(rest[..end]));
        _at += end;
        return true;
    }

    private void Add(List<string> cells, string cell)
    {
        if (cells.Count == options.MaxColumns)
        {
            _problem ??= $"the row has more than {options.MaxColumns:N0} cells";
        }
        else if (_problem is null || cells.Count < 8)
        {
            cells.Add(cell);
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
            var quote = _escape is '\0' ? rest.IndexOf(_quote) : rest.IndexOfAny(_quote, _escape);
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

            var mark = _buffer[_at++];
            if (mark == _escape && HasMore())
            {
                Take(Unescaped(_buffer[_at++]));
                continue;
            }

            if (!HasMore() || _buffer[_at] != _quote)
            {
                return;
            }

            Take([_quote]);
            _at++;
        }

        throw new PortalException($"Line {opened:N0}: a quote opens here and never closes, so everything after it would be one cell. Close it, or double the quotes that belong to the text, and upload the file again.");
    }

    private static string Unescaped(char c) => c switch
    {
        'n' => "\n",
        't' => "\t",
        'r' => "\r",
        '"' or '\\' or '\'' => c.ToString(),
        _ => $"\\{c}",
    };

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
