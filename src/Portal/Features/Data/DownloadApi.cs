using System.Globalization;
using System.Text;
using Portal.Features.Tenancy;

namespace Portal.Features.Data;

/// <summary>The rows of a version as a file, written while they are read.</summary>
internal static class DownloadApi
{
    public static void MapDownloads(this WebApplication app) =>
        app.MapOrganization().MapGet("/projects/{projectId}/versions/{versionId}/{split}/{ending}", DownloadAsync);

    internal static async Task<IResult> DownloadAsync(string projectId, string versionId, string split, string ending, DownloadService downloads, DownloadedArchive archive, CancellationToken ct)
    {
        if (DownloadedSplits.Named(split) is not { } asked || DownloadShapes.Named(ending) is not { } shape)
        {
            throw new NotFoundException();
        }

        var version = await downloads.BeginAsync(projectId, versionId, asked, shape, ct);
        var name = string.Create(CultureInfo.InvariantCulture, $"version-{version.Number}-{DownloadedSplits.Word(asked)}-{ending}");
        return DownloadShapes.IsZip(shape)
            ? Results.Stream(body => archive.WriteAsync(version, asked, DownloadShapes.TableOf(shape), body, ct), "application/zip", name)
            : Results.Stream(body => WriteAsync(downloads, versionId, asked, shape, body, ct), shape is DownloadShape.Csv ? "text/csv; charset=utf-8" : "application/jsonl", name);
    }

    private static async Task WriteAsync(DownloadService downloads, string versionId, IReadOnlyList<Split> splits, DownloadShape shape, Stream body, CancellationToken ct)
    {
        await using var text = TextOf(shape, body);
        await foreach (var line in downloads.LinesAsync(versionId, splits, shape, ct))
        {
            await text.WriteAsync(line.AsMemory(), ct);
        }
    }

    /// <summary>Spreadsheets know by the mark that a table is UTF-8; what reads JSON takes it for a fault.</summary>
    internal static StreamWriter TextOf(DownloadShape table, Stream body) => new(body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: table is DownloadShape.Csv), leaveOpen: true);
}
