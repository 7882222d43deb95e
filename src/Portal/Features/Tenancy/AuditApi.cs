using System.Globalization;
using System.Text;

namespace Portal.Features.Tenancy;

/// <summary>The log as a file: the same question and the same right as the page.</summary>
internal static class AuditApi
{
    public static void MapAudit(this WebApplication app) => app.MapOrganization().MapGet("/audit.csv", ExportAsync);

    private static async Task<IResult> ExportAsync(
        string org, string? from, string? to, string? person, string? action, string? target, string? project, string? outcome,
        AuditService audit, TimeProvider time, CancellationToken ct)
    {
        var filter = AuditFilter.Of(from, to, person, action, target, project, outcome);
        var upTo = await audit.BeginExportAsync(filter, ct);
        return Results.Stream(
            async body =>
            {
                await using var text = new StreamWriter(body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true);
                await foreach (var line in audit.CsvAsync(filter, upTo, ct))
                {
                    await text.WriteAsync(line.AsMemory(), ct);
                }
            },
            "text/csv; charset=utf-8", string.Create(CultureInfo.InvariantCulture, $"audit-{org}-{time.GetUtcNow():yyyy-MM-dd}.csv"));
    }
}
