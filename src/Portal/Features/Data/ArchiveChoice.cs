namespace Portal.Features.Data;

/// <summary>Which file of an archive holds the rows.</summary>
internal static class ArchiveChoice
{
    private static readonly string[] s_tables = [".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json", ".xlsx", ".xlsm"];
    private static readonly string[] s_archives = [".zip", ".gz", ".tgz", ".7z", ".rar", ".tar", ".bz2"];

    /// <summary>Files that may hold rows, without what operating systems put beside them.</summary>
    public static IReadOnlyList<string> Tables(IReadOnlyList<ZipItem> items) =>
        [.. items.Select(i => i.Name).Where(n => HasEnding(n, s_tables) && !IsLitter(n)).Order(StringComparer.OrdinalIgnoreCase)];

    /// <summary>The named one, or the largest: a person can choose another.</summary>
    public static string Of(IReadOnlyList<ZipItem> items, string chosen)
    {
        var tables = Tables(items);
        if (chosen is not "")
        {
            return tables.Contains(chosen) ? chosen : throw new PortalException($"The archive has no file \"{chosen}\". Choose another one.");
        }

        // Other files that differ in letter case alone are told apart when a row names one.
        if ((items.GroupBy(i => i.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Skip(1).Any())
            ?? items.Where(i => tables.Contains(i.Name)).GroupBy(i => i.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Skip(1).Any())) is { } twice)
        {
            throw new PortalException($"The archive holds \"{Shown(twice.Key)}\" twice, so it is not certain which is meant. Make it again.");
        }

        if (items.Count is 0)
        {
            throw new PortalException("The archive is empty. Choose another file.");
        }

        return items.Where(i => tables.Contains(i.Name)).MaxBy(i => i.Length)?.Name
            ?? throw new PortalException(items.Any(i => HasEnding(i.Name, s_archives))
                ? "This is an archive in an archive. Unpack it, then upload the file that holds the rows."
                : $"The archive holds no table, only {string.Join(", ", items.Take(3).Select(i => $"\"{Shown(i.Name)}\""))}{(items.Count > 3 ? " and others" : "")}. Put a CSV, XLSX, JSONL or JSON file in it.");
    }

    private static bool HasEnding(string name, string[] endings) => endings.Any(e => name.EndsWith(e, StringComparison.OrdinalIgnoreCase));

    internal static bool IsLitter(string name) => name.StartsWith("__MACOSX/", StringComparison.Ordinal) || name[(name.LastIndexOf('/') + 1)..].StartsWith('.');

    private static string Shown(string name) => name.Length > 60 ? name[..60] + "…" : name;
}
