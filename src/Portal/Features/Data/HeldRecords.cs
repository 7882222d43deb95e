namespace Portal.Features.Data;

/// <summary>Rows of a table that were read already, for another thread to look at.</summary>
internal sealed class HeldRecords(IReadOnlyList<string> columns) : RecordReader
{
    /// <summary>What a row of no length still weighs.</summary>
    private const int RowBytes = 100;

    private readonly List<Row> _rows = [];
    private int _next;
    private int _bytes;
    private string?[] _values = [];
    private Dictionary<int, string>? _faults;

    public override IReadOnlyList<string> Columns => columns;

    public override IReadOnlyList<string?> Values => _values;

    public override int HeldBytes => _bytes;

    /// <summary>Reads on in the file; null where nothing follows.</summary>
    public static HeldRecords? From(RecordReader file, int rows, int bytes)
    {
        var held = new HeldRecords(file.Columns);
        while (held._rows.Count < rows && held._bytes < bytes && file.Read())
        {
            held.Add(file);
        }

        return held._rows.Count is 0 ? null : held;
    }

    public override bool Read()
    {
        if (_next == _rows.Count)
        {
            return false;
        }

        var row = _rows[_next++];
        (Number, Line, Problem, Raw, Content, Notes) = (row.Number, row.Line, row.Problem, row.Raw, row.Content, row.Notes);
        (_values, _faults) = (row.Values, row.Faults);
        return true;
    }

    public override string? FaultAt(int column) => _faults?.GetValueOrDefault(column);

    public override void Dispose()
    {
        // Nothing but memory is held.
    }

    private void Add(RecordReader file)
    {
        string?[] values = [.. file.Values];
        Dictionary<int, string>? faults = null;
        for (var column = 0; column < values.Length; column++)
        {
            _bytes += 2 * (values[column]?.Length ?? 0);
            if (file.FaultAt(column) is { } fault)
            {
                (faults ??= [])[column] = fault;
            }
        }

        _bytes += RowBytes + (2 * (file.Raw.Length + (file.Content?.Length ?? 0)));
        _rows.Add(new Row(file.Number, file.Line, file.Problem, file.Raw, file.Content, file.Notes, values, faults));
    }

    private sealed record Row(int Number, long Line, string? Problem, string Raw, string? Content, RowNotes Notes, string?[] Values, Dictionary<int, string>? Faults);
}
