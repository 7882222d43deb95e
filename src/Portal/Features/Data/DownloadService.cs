using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>Hands out the rows of a frozen version that may be seen, as they were frozen.</summary>
public sealed class DownloadService(IDbContextFactory<PortalDbContext> dbs, CurrentMember current, ProjectService projects, ExampleService examples, MediaService media)
{
    // A row may be a million characters long.
    private const int PageSize = 100;

    /// <summary>Refuses and records before the first byte: once the file streams, a refusal could not be answered any more.</summary>
    public async Task<DatasetVersion> BeginAsync(string projectId, string versionId, IReadOnlyList<Split> splits, DownloadShape shape, CancellationToken ct)
    {
        await projects.GetAsync(projectId, ct);
        var version = await examples.GetVersionAsync(versionId, ct);
        if (version.ProjectId != projectId)
        {
            throw new NotFoundException("version");
        }

        current.Require(Permission.ReadRows);
        RefuseSealed(splits);
        var files = DownloadShapes.IsZip(shape) ? await media.RequireThereAsync(versionId, splits, ct) : 0;
        var rows = splits.Sum(split => split is Split.Train ? version.TrainCount : version.ValidationCount);
        await using var db = await dbs.CreateDbContextAsync(ct);
        db.Audit("version.downloaded", version.AsTarget(),
            $"{rows:N0} {DownloadedSplits.Words(splits)} rows as {DownloadShapes.Words(shape)}{(DownloadShapes.IsZip(shape) ? $" in a ZIP with {(files is 1 ? "1 file" : $"{files:N0} files")}" : "")}");
        await db.SaveChangesAsync(ct);
        return version;
    }

    /// <summary>The file line by line; each page is read anew, so that an ended right ends it.</summary>
    public async IAsyncEnumerable<string> LinesAsync(string versionId, IReadOnlyList<Split> splits, DownloadShape shape, [EnumeratorCancellation] CancellationToken ct)
    {
        RefuseSealed(splits);
        if (shape is DownloadShape.Csv)
        {
            yield return DownloadedTable.Header;
        }

        await foreach (var row in RowsAsync(versionId, splits, ct))
        {
            yield return LineOf(row, shape);
        }
    }

    internal async IAsyncEnumerable<VersionExample> RowsAsync(string versionId, IReadOnlyList<Split> splits, [EnumeratorCancellation] CancellationToken ct)
    {
        RefuseSealed(splits);
        foreach (var split in splits)
        {
            for (var (after, isMore) = (0, true); isMore;)
            {
                current.Require(Permission.ReadRows);
                var page = await examples.ReadAsync(versionId, split, after, PageSize, ct);
                foreach (var row in page)
                {
                    yield return row;
                }

                isMore = page.Count is PageSize;
                after = isMore ? page[^1].Number : after;
            }
        }
    }

    /// <summary>A file that some of the rows name.</summary>
    internal Stream OpenRead(MediaFile file)
    {
        current.Require(Permission.ReadRows);
        return media.OpenRead(file);
    }

    internal static string LineOf(VersionExample row, DownloadShape shape) => shape switch
    {
        DownloadShape.Gemini => GeminiLine.Of(row) + "\n",
        DownloadShape.OpenAi => OpenAiLine.Of(row) + "\n",
        _ => DownloadedTable.Line(row),
    };

    private static void RefuseSealed(IReadOnlyList<Split> splits)
    {
        if (splits.Contains(Split.Test))
        {
            throw new PortalException("The test rows are sealed: an evaluation reads them, and nobody downloads them. Take the training or the validation rows.");
        }
    }
}
