namespace Portal;

/// <summary>A cell for spreadsheets: quoted, and never a formula. What begins like one gets an apostrophe in front, as OWASP advises.</summary>
internal static class SafeCsv
{
    /// <summary>Whether a spreadsheet might run it. Those of East Asia take the full-width signs for the same.</summary>
    public static bool IsFormula(string value) =>
        value.TrimStart() is ['=' or '+' or '-' or '@' or '＝' or '＋' or '－' or '＠', ..] || value is ['\t' or '\r' or '\n' or '\0', ..];

    public static string Cell(string value) => "\"" + (IsFormula(value) ? "'" : "") + value.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    public static string Line(params IEnumerable<string> cells) => string.Join(',', cells.Select(Cell)) + "\r\n";
}
