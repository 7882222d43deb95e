namespace Portal.Features.Data;

/// <summary>Rows of a table that were read already, for another thread to look at.</summary>
internal sealed class HeldRecords(IReadOnlyList<string> columns) : RecordReader
{
    /// <summary>What a row of no length still weighs.</summary>
    private const int RowBytes = 100;

    /// <summary>What a row, and a value, takes in a frame at the least.</summary>
    private const int LeastBytes = 24;
    private const int LeastValueBytes = 4;

    private readonly List<Row> _rows = [];
    private int _next;
    private int _bytes;
    private string?[] _values = [];
    private Dictionary<int, string>? _faults;

    public override IReadOnlyList<string> Columns => columns;

    public override IReadOnlyList<string?> Values => _values;

    public override int HeldBytes => _bytes;

    public int Count => _rows.Count;

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

    /// <summary>What another process sent; null where nothing follows.</summary>
    /// <param name="before">How many rows stand before these in the file.</param>
    public static HeldRecords? Read(FrameReader sent, IReadOnlyList<string> columns, int before)
    {
        var held = new HeldRecords(columns);
        for (var rows = sent.Count(LeastBytes); rows > 0; rows--)
        {
            var (line, problem, raw) = (sent.Long(), sent.TextOrNull(), sent.Text());
            var values = new string?[sent.Count(LeastValueBytes)];
            for (var column = 0; column < values.Length; column++)
            {
                values[column] = sent.TextOrNull();
            }

            Dictionary<int, string>? faults = null;
            for (var left = sent.Count(2 * LeastValueBytes); left > 0; left--)
            {
                (faults ??= [])[sent.Int()] = sent.Text();
            }

            held.Add(new Row(before + held.Count + 1, line, problem, raw, null, RowNotes.None, values, faults));
        }

        return held.Count is 0 ? null : held;
    }

    public void Write(FrameWriter into)
    {
        into.Add(_rows.Count);
        foreach (var row in _rows)
        {
            into.Add(row.Line).Add(row.Problem).Add(row.Raw).Add(row.Values.Length);
            foreach (var value in row.Values)
            {
                into.Add(value);
            }

            into.Add(row.Faults?.Count ?? 0);
            foreach (var (column, fault) in row.Faults ?? [])
            {
                into.Add(column).Add(fault);
            }
        }
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
            if (file.FaultAt(column) is { } fault)
            {
                (faults ??= [])[column] = fault;
            }
        }

        Add(new Row(file.Number, file.Line, file.Problem, file.Raw, file.Content, file.Notes, values, faults));
    }

    private void Add(Row row)
    {
        _bytes += RowBytes + (2 * (row.Values.Sum(v => v?.Length ?? 0) + row.Raw.Length + (row.Content?.Length ?? 0)));
        _rows.Add(row);
    }

    private sealed record Row(int Number, long Line, string? Problem, string Raw, string? Content, RowNotes Notes, string?[] Values, Dictionary<int, string>? Faults);
}
