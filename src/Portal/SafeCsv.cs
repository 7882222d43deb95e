namespace Portal;

/// <summary>A cell for spreadsheets: quoted, and never a formula. What begins like one gets an apostrophe in front, as OWASP advises.</summary>
internal static class SafeCsv
{
    public static string Cell(string value)
    {
        // Spreadsheets of East Asia take the full-width signs for the same.
        var isFormula = value.TrimStart() is ['=' or '+' or '-' or '@' or '＝' or '＋' or '－' or '＠', ..] || value is ['\t' or '\r' or '\n' or '\0', ..];
        return "\"" + (isFormula ? "'" : "") + value.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
    }

    public static string Line(params IEnumerable<string> cells) => string.Join(',', cells.Select(Cell)) + "\r\n";
}
