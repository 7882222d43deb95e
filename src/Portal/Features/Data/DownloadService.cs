using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>Hands out the rows of a frozen version that may be seen, as they were frozen.</summary>
public sealed class DownloadService(IDbContextFactory<PortalDbContext> dbs, CurrentMember current, ProjectService projects, ExampleService examples)
{
    // A row may be a million characters long.
    private const int PageSize = 100;

    /// <summary>Refuses and records before the first byte: once the file streams, a refusal could not be answered any more.</summary>
    public async Task<DatasetVersion> BeginAsync(string projectId, string versionId, Split split, DownloadShape shape, CancellationToken ct)
    {
        await projects.GetAsync(projectId, ct);
        var version = await examples.GetVersionAsync(versionId, ct);
        if (version.ProjectId != projectId)
        {
            throw new NotFoundException("version");
        }

        current.Require(Permission.ReadRows);
        RefuseSealed(split);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var count = split is Split.Train ? version.TrainCount : version.ValidationCount;
        db.Audit("version.downloaded", version.AsTarget(), $"{count:N0} {SplitMethods.Word(split)} rows as {DownloadShapes.Words(shape)}");
        await db.SaveChangesAsync(ct);
        return version;
    }

    /// <summary>The file line by line; each page is read anew, so that an ended right ends it.</summary>
    public async IAsyncEnumerable<string> LinesAsync(string versionId, Split split, DownloadShape shape, [EnumeratorCancellation] CancellationToken ct)
    {
        RefuseSealed(split);
        if (shape is DownloadShape.Csv)
        {
            yield return DownloadedTable.Header;
        }

        for (var after = 0; ;)
        {
            current.Require(Permission.ReadRows);
            var page = await examples.ReadAsync(versionId, split, after, PageSize, ct);
            foreach (var row in page)
            {
                yield return LineOf(row, shape);
            }

            if (page.Count < PageSize)
            {
                yield break;
            }

            after = page[^1].Number;
        }
    }

    private static string LineOf(VersionExample row, DownloadShape shape) => shape switch
    {
        DownloadShape.Gemini => GeminiLine.Of(row) + "\n",
        DownloadShape.OpenAi => OpenAiLine.Of(row) + "\n",
        _ => DownloadedTable.Line(row),
    };

    private static void RefuseSealed(Split split)
    {
        if (split is Split.Test)
        {
            throw new PortalException("The test rows are sealed: an evaluation reads them, and nobody downloads them. Take the training or the validation rows.");
        }
    }
}
