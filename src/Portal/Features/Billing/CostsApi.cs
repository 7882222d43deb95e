using System.Globalization;
using System.Text;
using Portal.Features.Tenancy;

namespace Portal.Features.Billing;

/// <summary>A month's costs for a spreadsheet, in their smallest parts: whatever sum is wanted can be made of them.</summary>
internal static class CostsApi
{
    public static void MapCosts(this WebApplication app) => app.MapOrganization().MapGet("/costs.csv", ExportAsync);

    /// <summary>Writes as it reads: a month of many parts is never held whole.</summary>
    public static async Task WriteAsync(CostParts month, Stream file, CancellationToken ct)
    {
        await using var csv = new StreamWriter(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true);
        await csv.WriteAsync(SafeCsv.Line("day", "project", "project_id", "activity", "meter", "key", "person", "quantity", "price_per_million", "amount", "currency"));
        await foreach (var part in month.Parts.WithCancellation(ct))
        {
            await csv.WriteAsync(SafeCsv.Line(part.Day.ToString(CostNames.DayFormat, CultureInfo.InvariantCulture), month.Names.Project(part.ProjectId), part.ProjectId,
                UsageWords.Of(part.Source), UsageWords.Of(part.Meter), part.KeyId is "" ? "" : month.Names.Key(part.KeyId), part.PersonId is "" ? "" : month.Names.Person(part.PersonId),
                part.Quantity.ToString(CultureInfo.InvariantCulture), Units(part.PricePerMillion), Units(part.AmountMicros), part.Currency));
        }
    }

    private static async Task<IResult> ExportAsync(string org, string? month, CostService costs, CancellationToken ct)
    {
        var read = await costs.ReadPartsAsync(month, ct);
        return Results.Stream(file => WriteAsync(read, file, ct), "text/csv; charset=utf-8", $"costs-{org}-{read.Key}.csv");
    }

    private static string Units(long micros) => (micros / 1_000_000m).ToString("0.######", CultureInfo.InvariantCulture);
}
