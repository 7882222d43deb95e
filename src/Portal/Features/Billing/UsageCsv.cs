using System.Globalization;
using System.Text;

namespace Portal.Features.Billing;

/// <summary>The month's lines for a spreadsheet.</summary>
public static class UsageCsv
{
    public static string Of(MonthSoFar month, Func<string, string> projectName)
    {
        var csv = new StringBuilder("project,project_id,activity,meter,quantity,price_per_million,amount,currency\r\n");
        foreach (var line in month.Lines)
        {
            csv.AppendJoin(',', Cell(projectName(line.ProjectId)), Cell(line.ProjectId), Cell(UsageWords.Of(line.Source)), Cell(UsageWords.Of(line.Meter)),
                line.Quantity.ToString(CultureInfo.InvariantCulture), Units(line.PricePerMillion), Units(line.AmountMicros), Cell(line.Currency)).Append("\r\n");
        }

        return csv.ToString();
    }

    private static string Units(long micros) => (micros / 1_000_000m).ToString("0.######", CultureInfo.InvariantCulture);

    // A name that begins like a formula would be run by the spreadsheet it is pasted into.
    private static string Cell(string text)
    {
        text = text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] ? "'" + text : text;
        return text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
