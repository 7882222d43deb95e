using System.Globalization;
using System.Text;
using Portal.Features.Tenancy;

namespace Portal.Features.Billing;

/// <summary>A month's costs for a spreadsheet, in their smallest parts: whatever sum is wanted can be made of them.</summary>
internal static class CostsApi
{
    public static void MapCosts(this WebApplication app) => app.MapOrganization().MapGet("/costs.csv", ExportAsync);

    public static string CsvOf(CostMonth month)
    {
        var csv = new StringBuilder(SafeCsv.Line("day", "project", "project_id", "activity", "meter", "key", "person", "quantity", "price_per_million", "amount", "currency"));
        foreach (var part in month.Parts.OrderBy(p => p.Day).ThenBy(p => p.ProjectId, StringComparer.Ordinal).ThenBy(p => p.Source).ThenBy(p => p.Meter))
        {
            csv.Append(SafeCsv.Line(part.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), month.Names.Project(part.ProjectId), part.ProjectId,
                UsageWords.Of(part.Source), UsageWords.Of(part.Meter), part.KeyId is "" ? "" : month.Names.Key(part.KeyId), part.PersonId is "" ? "" : month.Names.Person(part.PersonId),
                part.Quantity.ToString(CultureInfo.InvariantCulture), Units(part.PricePerMillion), Units(part.AmountMicros), part.Currency));
        }

        return csv.ToString();
    }

    private static async Task<IResult> ExportAsync(string org, string? month, CostService costs, CancellationToken ct)
    {
        var read = await costs.ReadAsync(month, ct);
        return Results.File([.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(CsvOf(read))], "text/csv; charset=utf-8", $"costs-{org}-{read.Key}.csv");
    }

    private static string Units(long micros) => (micros / 1_000_000m).ToString("0.######", CultureInfo.InvariantCulture);
}
