using System.Text;

namespace Portal.Features.Data;

/// <summary>
/// Text with columns in double braces: <c>{{title}}: {{body}}</c>, or <c>{"kind": {{kind|json}}}</c> where a value is to stand as
/// JSON. A column alone is taken as it is.
/// </summary>
internal sealed class RowTemplate
{
    private readonly List<(string Text, string? Column, bool IsJson)> _pieces = [];
    private readonly StringBuilder _text = new();
    private int[] _columns = [];

    public RowTemplate(string template)
    {
        for (var at = 0; at < template.Length;)
        {
            var open = template.IndexOf("{{", at, StringComparison.Ordinal);
            var close = open < 0 ? -1 : template.IndexOf("}}", open, StringComparison.Ordinal);
            if (close < 0)
            {
                _pieces.Add((template[at..], null, false));
                break;
            }

            if (open > at)
            {
                _pieces.Add((template[at..open], null, false));
            }

            var name = template[(open + 2)..close];
            var isJson = name.EndsWith("|json", StringComparison.Ordinal);
            _pieces.Add(("", isJson ? name[..^5] : name, isJson));
            at = close + 2;
        }
    }

    public IEnumerable<string> Columns => _pieces.Where(p => p.Column is not null).Select(p => p.Column ?? "");

    public static string Of(string column) => $"{{{{{column}}}}}";

    public static string Json(IEnumerable<string> columns) => $"{{{string.Join(", ", columns.Select(c => $"{JsonText.Of(c)}: {{{{{c}|json}}}}"))}}}";

    /// <summary>Finds the columns in what a reader offers. The name of the first one that is not there, or null.</summary>
    public string? Bind(IReadOnlyList<string> columns)
    {
        _columns = [.. _pieces.Select(p => p.Column is null ? -1 : IndexOf(columns, p.Column))];
        for (var i = 0; i < _columns.Length; i++)
        {
            if (_pieces[i].Column is { } missing && _columns[i] < 0)
            {
                return missing;
            }
        }

        return null;
    }

    public string Render(RecordReader row, ref string? fault)
    {
        if (_pieces is [{ Column: not null, IsJson: false }])
        {
            return ValueOf(row, _columns[0], ref fault) ?? "";
        }

        _text.Clear();
        var hasValue = false;
        for (var i = 0; i < _pieces.Count; i++)
        {
            var (text, column, isJson) = _pieces[i];
            if (column is null)
            {
                _text.Append(text);
                continue;
            }

            var value = ValueOf(row, _columns[i], ref fault);
            hasValue |= !string.IsNullOrWhiteSpace(value);
            _text.Append(!isJson ? value : value is null ? "null" : row.IsJson(_columns[i]) ? value : JsonText.Of(value));
        }

        // Words around nothing are no input.
        return hasValue ? _text.ToString().Trim() : "";
    }

    private static string? ValueOf(RecordReader row, int column, ref string? fault)
    {
        fault ??= row.FaultAt(column);
        return column < row.Values.Count ? row.Values[column] : null;
    }

    private static int IndexOf(IReadOnlyList<string> columns, string name)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i] == name)
            {
                return i;
            }
        }

        return -1;
    }
}
