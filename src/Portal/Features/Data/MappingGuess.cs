namespace Portal.Features.Data;

/// <summary>How a file is probably to be mapped: the well-known shapes by their names, else by <see cref="ColumnGuess"/>.</summary>
internal static class MappingGuess
{
    /// <summary>Endings that guides of older models told people to write. The first of a kind that all rows end in counts.</summary>
    private static readonly string[] s_inputEndings = ["\n\n###\n\n", "\n\n###\n", "\n\n###", "\n###\n\n", "\n###\n", "\n###", " ###", "###", "\n\n=>\n\n", "\n\n->\n\n", "\n->\n", " ->", "->", " =>", "=>", "\n\nAgent:", "\n\nAnswer:"];

    private static readonly string[] s_outputEndings = ["\nEND", " END", "END", "\n\n###", "\n###", " ###", "###", "<|endoftext|>", "\n\n\n"];

    /// <summary>A column is taken to name files when so many of its values do.</summary>
    private const double NamesFiles = 0.6;

    /// <param name="shelf">The files that came with the table.</param>
    public static ColumnMapping Of(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string?>> rows, MediaShelf? shelf = null)
    {
        if (shelf is null || columns.Where(c => DoNameFiles(Values(columns, rows, c), shelf)).ToHashSet() is not { Count: > 0 } media)
        {
            return Of(columns, rows);
        }

        var others = columns.Select((name, i) => (Name: name, At: i)).Where(c => !media.Contains(c.Name)).ToList();
        var mapping = Of([.. others.Select(o => o.Name)], [.. rows.Select(r => (IReadOnlyList<string?>)[.. others.Select(o => r.ElementAtOrDefault(o.At))])]);
        // A single column beside the files is what is expected of them.
        mapping = others is [var only] ? new ColumnMapping("", RowTemplate.Of(only.Name)) : mapping;
        return mapping with { Media = string.Concat(columns.Where(media.Contains).Select(RowTemplate.Of)) };
    }

    private static bool DoNameFiles(List<string> values, MediaShelf shelf) => values.Count > 0 && values.Count(v => shelf.Holds(v)) >= values.Count * NamesFiles;

    private static ColumnMapping Of(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string?>> rows)
    {
        if (DownloadedTable.HasColumns(columns))
        {
            return DownloadedTable.Mapping;
        }

        if (columns.Contains(Conversation.SystemColumn) && columns.Contains(Conversation.InputColumn) && columns.Contains(Conversation.OutputColumn))
        {
            return ColumnMapping.Of(Conversation.InputColumn, Conversation.OutputColumn) with { System = RowTemplate.Of(Conversation.SystemColumn) };
        }

        if (columns.Contains("instruction") && columns.Contains("output"))
        {
            var input = columns.Contains("input") ? "{{instruction}}\n\n{{input}}" : "{{instruction}}";
            return new ColumnMapping(input, RowTemplate.Of("output")) { System = columns.Contains(Conversation.SystemColumn) ? RowTemplate.Of(Conversation.SystemColumn) : "" };
        }

        // What is inside an object says more than the object does.
        var leaves = columns.Select((name, i) => (Name: name, At: i)).Where(c => !columns.Any(o => o.StartsWith(c.Name + ".", StringComparison.Ordinal))).ToList();
        var (from, to) = ColumnGuess.Of([.. leaves.Select(l => l.Name)], [.. rows.Select(r => (IReadOnlyList<string?>)[.. leaves.Select(l => r.ElementAtOrDefault(l.At))])]);
        var mapping = new ColumnMapping(from is "" ? "" : RowTemplate.Of(from), to is "" ? "" : RowTemplate.Of(to));
        mapping = mapping with { Split = columns.FirstOrDefault(c => c != from && c != to && IsSplit(c, Values(columns, rows, c))) ?? "" };
        return from is "prompt" && to is "completion" ? WithEndings(mapping, Values(columns, rows, from), Values(columns, rows, to)) : mapping;
    }

    /// <summary>Called as such columns are, and nothing but splits in it.</summary>
    private static bool IsSplit(string column, List<string> values) =>
        column.ToLowerInvariant() is "split" or "set" or "subset" or "partition" or "fold" && values.Count > 0 && values.TrueForAll(v => SplitMethods.Named(v) is not null);

    private static ColumnMapping WithEndings(ColumnMapping mapping, List<string> inputs, List<string> outputs) => mapping with
    {
        InputEnding = EndingOf(inputs, s_inputEndings),
        OutputEnding = EndingOf(outputs, s_outputEndings),
    };

    private static string EndingOf(List<string> values, string[] endings) =>
        values.Count < 2 ? "" : endings.FirstOrDefault(e => values.TrueForAll(v => v.EndsWith(e, StringComparison.Ordinal) && v.Length > e.Length)) ?? "";

    private static List<string> Values(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string?>> rows, string column)
    {
        var at = columns.ToList().IndexOf(column);
        return [.. rows.Select(r => r.ElementAtOrDefault(at) ?? "").Where(v => v is not "")];
    }
}
