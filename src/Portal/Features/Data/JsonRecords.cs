using System.Text;
using System.Text.Json;

namespace Portal.Features.Data;

/// <summary>
/// JSON objects as rows: their keys, those of objects inside as names with dots, are the columns. A conversation becomes the
/// columns system, input and output beside them.
/// </summary>
internal sealed class JsonRecords : RecordReader
{
    private const int DiscoveredRows = 200;
    private const int MaximumColumns = 400;

    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    private readonly JsonRows _rows;
    private readonly DataOptions _options;
    private readonly Queue<(long Line, byte[] Row, string? Problem)> _ahead = new();
    private readonly JsonColumns _columns;
    private readonly string?[] _values;
    private readonly bool[] _isJson;

    public JsonRecords(JsonRows rows, DataOptions options, IReadOnlyList<string>? columns)
    {
        (_rows, _options) = (rows, options);
        Columns = columns ?? Discover();
        _columns = new JsonColumns(Columns);
        _values = new string?[Columns.Count];
        _isJson = new bool[Columns.Count];
    }

    /// <param name="before">How many rows stand before these in the file.</param>
    private JsonRecords(CutRows rows, DataOptions options, IReadOnlyList<string> columns, int before)
        : this(rows, options, columns) => (Number, HeldBytes) = (before, rows.Bytes);

    public override IReadOnlyList<string> Columns { get; }

    public override int HeldBytes { get; }

    public override IReadOnlyList<string?> Values => _values;

    public override bool IsJson(int column) => _isJson[column];

    public override bool Read()
    {
        ReadOnlySpan<byte> row;
        if (_ahead.TryDequeue(out var ahead))
        {
            (Line, Problem) = (ahead.Line, ahead.Problem);
            row = ahead.Row;
        }
        else if (_rows.Next(out row))
        {
            (Line, Problem) = (_rows.Line, _rows.Problem);
        }
        else
        {
            return false;
        }

        (Number, Content, Notes, Raw) = (Number + 1, null, RowNotes.None, "");
        Array.Clear(_values);
        Array.Clear(_isJson);
        Problem ??= Take(row);
        if (Problem is not null)
        {
            Raw = Shortened(Encoding.UTF8.GetString(row[..Math.Min(row.Length, RawLength * 2)]).TrimEnd('\0'));
        }

        return true;
    }

    /// <summary>Only cut off: what a row says takes most of the time, and is for whoever reads it.</summary>
    public override RecordReader? Take(int rows, int bytes)
    {
        var cut = new CutRows();
        while (cut.Count < rows && cut.Bytes < bytes)
        {
            if (_ahead.TryDequeue(out var ahead))
            {
                cut.Add(ahead.Line, ahead.Problem, ahead.Row);
            }
            else if (_rows.Next(out var row))
            {
                cut.Add(_rows.Line, _rows.Problem, row);
            }
            else
            {
                break;
            }
        }

        if (cut.Count is 0)
        {
            cut.Dispose();
            return null;
        }

        var taken = new JsonRecords(cut, _options, Columns, Number);
        Number += cut.Count;
        return taken;
    }

    public override void Dispose() => _rows.Dispose();

    private string? Take(ReadOnlySpan<byte> row)
    {
        row = row.TrimStart("\uFEFF"u8);
        try
        {
            var reader = new Utf8JsonReader(row, new JsonReaderOptions { MaxDepth = 64 });
            if (_columns.TryTakeFlat(ref reader, _values, _isJson))
            {
                return TooLong();
            }

            using var document = JsonDocument.Parse(row.ToArray(), s_strict);
            return TakeAny(document.RootElement) ?? TooLong();
        }
        catch (JsonException broken)
        {
            return JsonWords.Explain(broken, row);
        }
        catch (InvalidOperationException)
        {
            return Utf8Is(row)
                ? "a text holds half of a character (a lone surrogate such as \\ud800), which no system can store"
                : "it holds bytes that are not UTF-8; save the file as UTF-8, or choose its encoding";
        }
    }

    private string? TakeAny(JsonElement row)
    {
        switch (row.ValueKind)
        {
            case JsonValueKind.Object when Conversation.Find(row) is { } turns:
                _columns.Take(row, _values, _isJson);
                return TakeConversation(Conversation.Read(row, turns));
            case JsonValueKind.Object:
                _columns.Take(row, _values, _isJson);
                return null;
            case JsonValueKind.Array when Columns is ["Column 1", ..]:
                _columns.TakeList(row, _values, _isJson);
                return row.GetArrayLength() > Columns.Count ? $"it has {row.GetArrayLength()} values where {Columns.Count} are expected" : null;
            default:
                return $"the line is a JSON {JsonWords.KindOf(row)}, not an object in braces";
        }
    }

    private string? TakeConversation(Conversation read)
    {
        if (read.Problem is not null)
        {
            return read.Problem;
        }

        Set(Conversation.SystemColumn, read.System);
        Set(Conversation.InputColumn, read.Input);
        Set(Conversation.OutputColumn, read.Output);
        (Content, Notes) = (read.Content, read.Notes);
        return Content?.Length > _options.MaxRecordCharacters ? $"the conversation is longer than {_options.MaxRecordCharacters:N0} characters" : null;
    }

    private void Set(string column, string value)
    {
        if (_columns.IndexOf(column) is >= 0 and var at)
        {
            (_values[at], _isJson[at]) = (value, false);
        }
    }

    private string? TooLong()
    {
        for (var i = 0; i < _values.Length; i++)
        {
            if (_values[i]?.Length > _options.MaxCellCharacters)
            {
                return $"\"{Columns[i]}\" is longer than {_options.MaxCellCharacters:N0} characters";
            }
        }

        return null;
    }

    /// <summary>Columns in the order in which the first rows name them.</summary>
    private List<string> Discover()
    {
        List<string> names = [];
        HashSet<string> known = new(StringComparer.Ordinal);
        long bytes = 0;
        while (_ahead.Count < DiscoveredRows && bytes < 8 << 20 && _rows.Next(out var row))
        {
            _ahead.Enqueue((_rows.Line, row.ToArray(), _rows.Problem));
            bytes += row.Length;
            if (_rows.Problem is null)
            {
                AddNames(row, names, known);
            }
        }

        return names;
    }

    private static void AddNames(ReadOnlySpan<byte> row, List<string> names, HashSet<string> known)
    {
        try
        {
            using var document = JsonDocument.Parse(row.TrimStart("\uFEFF"u8).ToArray(), s_strict);
            foreach (var name in JsonColumns.NamesOf(document.RootElement).Where(n => n.Length <= 200 && names.Count < MaximumColumns && known.Add(n)))
            {
                names.Add(name);
            }
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            // The row says so itself when it is read.
        }
    }

    private static bool Utf8Is(ReadOnlySpan<byte> row) => System.Text.Unicode.Utf8.IsValid(row);
}
