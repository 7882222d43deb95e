using System.Text.Json;

namespace Portal.Features.Data;

/// <summary>
/// The rows of a version as a table that spreadsheets run nothing of and an import reads back as they were. The last cell of a row names
/// the cells that got an apostrophe in front, so that an import removes those and no others; a conversation stands whole beside its texts.
/// </summary>
internal static class DownloadedTable
{
    private const string SliceColumn = "slice";
    private const string SplitColumn = "split";
    private const string IdColumn = "id";
    private const string ContentColumn = "contents";
    private const string SyntheticColumn = "synthetic";
    private const string MarksColumn = "apostrophes";

    private const string Synthetic = "yes";

    private static readonly string[] s_columns =
        [Conversation.InputColumn, Conversation.OutputColumn, Conversation.SystemColumn, SplitColumn, SliceColumn, IdColumn, ContentColumn, SyntheticColumn, MarksColumn];

    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    public static string Header { get; } = SafeCsv.Line(s_columns);

    public static ColumnMapping Mapping { get; } = ColumnMapping.Of(Conversation.InputColumn, Conversation.OutputColumn) with
    {
        System = RowTemplate.Of(Conversation.SystemColumn),
        Split = SplitColumn,
        Slice = SliceColumn,
        SourceId = IdColumn,
    };

    /// <summary>A file of before there were synthetic rows has no column for them.</summary>
    public static bool HasColumns(IReadOnlyList<string> columns) => s_columns.Where(c => c is not SyntheticColumn).All(columns.Contains);

    /// <summary>Whether a model wrote the row, says the table: it stays so on its way out and back, however a spreadsheet writes the word.</summary>
    public static bool IsSynthetic(IReadOnlyList<string> columns, IReadOnlyList<string?> values, ref string? problem)
    {
        var said = ValueOf(columns, values, SyntheticColumn)?.Trim() ?? "";
        var isSynthetic = said.Equals(Synthetic, StringComparison.OrdinalIgnoreCase);
        problem ??= isSynthetic || said is "" ? null : $"its cell \"{SyntheticColumn}\" is neither {Synthetic} nor empty; write {Synthetic} where a model wrote the row, and empty it where a person did";
        return isSynthetic;
    }

    public static string Line(VersionExample row)
    {
        string[] cells = [row.Input, row.Output, row.System, SplitMethods.Word(row.Split), row.Slice, row.SourceId, row.Content ?? "", row.IsSynthetic ? Synthetic : ""];
        return SafeCsv.Line([.. cells, string.Join(' ', cells.Zip(s_columns).Where(c => SafeCsv.IsFormula(c.First)).Select(c => c.Second))]);
    }

    /// <summary>Takes the apostrophes out that the row itself says are not its own.</summary>
    public static void Unquote(IReadOnlyList<string> columns, List<string?> values)
    {
        foreach (var name in (ValueOf(columns, values, MarksColumn) ?? "").Split(' '))
        {
            if (IndexOf(columns, name) is >= 0 and var at && at < values.Count && values[at] is ['\'', .. var text])
            {
                values[at] = text;
            }
        }
    }

    /// <summary>The row's conversation; null where it has none, or where its texts were changed since and so stand by themselves.</summary>
    public static Conversation? ConversationOf(IReadOnlyList<string> columns, IReadOnlyList<string?> values, ref string? problem)
    {
        if (ValueOf(columns, values, ContentColumn) is not { Length: > 0 } json)
        {
            return null;
        }

        try
        {
            using var row = JsonDocument.Parse(json, s_strict);
            if (row.RootElement.ValueKind is JsonValueKind.Object && Conversation.Find(row.RootElement) is { } turns)
            {
                var read = Conversation.Read(row.RootElement, turns);
                problem ??= read.Problem;
                return read.Input == ValueOf(columns, values, Conversation.InputColumn) && read.Output == ValueOf(columns, values, Conversation.OutputColumn) ? read : null;
            }
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // Said below.
        }

        problem ??= $"its cell \"{ContentColumn}\" is no conversation any more; empty the cell, and the row is its input and output alone";
        return null;
    }

    private static string? ValueOf(IReadOnlyList<string> columns, IReadOnlyList<string?> values, string name) =>
        IndexOf(columns, name) is >= 0 and var at && at < values.Count ? values[at] : null;

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
