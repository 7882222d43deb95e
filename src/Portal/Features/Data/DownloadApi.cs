using System.Globalization;
using System.Text;
using Portal.Features.Tenancy;

namespace Portal.Features.Data;

/// <summary>The rows of a version as a file, written while they are read.</summary>
internal static class DownloadApi
{
    public static void MapDownloads(this WebApplication app) =>
        app.MapOrganization().MapGet("/projects/{projectId}/versions/{versionId}/{split}/{ending}", DownloadAsync);

    internal static async Task<IResult> DownloadAsync(string projectId, string versionId, string split, string ending, DownloadService downloads, CancellationToken ct)
    {
        if (SplitMethods.Named(split) is not { } asked || DownloadShapes.Named(ending) is not { } shape)
        {
            throw new NotFoundException();
        }

        var version = await downloads.BeginAsync(projectId, versionId, asked, shape, ct);
        return Results.Stream(
            async body =>
            {
                // Spreadsheets know by the mark that a table is UTF-8; what reads JSON takes it for a fault.
                await using var text = new StreamWriter(body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: shape is DownloadShape.Csv), leaveOpen: true);
                await foreach (var line in downloads.LinesAsync(versionId, asked, shape, ct))
                {
                    await text.WriteAsync(line.AsMemory(), ct);
                }
            },
            shape is DownloadShape.Csv ? "text/csv; charset=utf-8" : "application/jsonl",
            string.Create(CultureInfo.InvariantCulture, $"version-{version.Number}-{SplitMethods.Word(asked)}-{ending}"));
    }
}
