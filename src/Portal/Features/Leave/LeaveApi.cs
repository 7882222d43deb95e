using System.Globalization;
using Microsoft.Net.Http.Headers;
using Portal.Features.Tenancy;

namespace Portal.Features.Leave;

/// <summary>Archives leave over HTTP, whole or in parts, so that a broken download goes on where it broke.</summary>
internal static class LeaveApi
{
    public static void MapExports(this WebApplication app) => app.MapOrganization().MapGet("/exports/{exportId}/archive.zip", DownloadAsync);

    internal static async Task<IResult> DownloadAsync(string org, string exportId, HttpRequest request, ExportService exports, CancellationToken ct)
    {
        var (export, content) = await exports.OpenAsync(exportId, request.Headers.Range.ToString(), ct);
        return Results.Stream(
            content, "application/zip", string.Create(CultureInfo.InvariantCulture, $"{org}-{export.AskedAt:yyyy-MM-dd}.zip"),
            export.ReadyAt, new EntityTagHeaderValue($"\"{export.Sha256}\""), enableRangeProcessing: true);
    }
}
