namespace Portal.Features.Data;

/// <summary>A cell for spreadsheets: quoted, and never a formula. What begins like one gets an apostrophe in front, as OWASP advises.</summary>
internal static class SafeCsv
{
    public static string Cell(string value)
    {
        var isFormula = value.TrimStart() is ['=' or '+' or '-' or '@', ..] || value is ['\t' or '\r' or '\n', ..];
        return "\"" + (isFormula ? "'" : "") + value.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
    }
}
