namespace Portal.Features.Data;

/// <summary>A table that was downloaded here and comes back, perhaps by way of a spreadsheet.</summary>
internal sealed class DownloadedRecords(RecordReader records) : RecordReader
{
    private readonly List<string?> _values = [];

    public override IReadOnlyList<string> Columns => records.Columns;

    public override IReadOnlyList<string?> Values => _values;

    public override int HeldBytes => records.HeldBytes;

    public override RecordReader? Take(int rows, int bytes) => records.Take(rows, bytes) is { } taken ? new DownloadedRecords(taken) : null;

    public override bool Read()
    {
        if (!records.Read())
        {
            return false;
        }

        (Number, Line, Raw, Content, Notes) = (records.Number, records.Line, records.Raw, records.Content, records.Notes);
        var problem = records.Problem;
        _values.Clear();
        _values.AddRange(records.Values);
        if (problem is null)
        {
            DownloadedTable.Unquote(Columns, _values);
            if (DownloadedTable.ConversationOf(Columns, _values, ref problem) is { } read)
            {
                (Content, Notes) = (read.Content, read.Notes);
            }

            Notes |= RowNotes.Downloaded | (DownloadedTable.IsSynthetic(Columns, _values, ref problem) ? RowNotes.Synthetic : RowNotes.None);
            Raw = problem is null ? Raw : Shortened(string.Join(" | ", _values));
        }

        Problem = problem;
        return true;
    }

    public override string? FaultAt(int column) => records.FaultAt(column);

    public override bool IsJson(int column) => records.IsJson(column);

    public override void Dispose() => records.Dispose();
}
