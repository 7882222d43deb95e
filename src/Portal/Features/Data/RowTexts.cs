using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Define;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>
/// Every row of a project, whatever became of it, what reviewers said of it, and the names of its files. The sealed rows are among them: they are compared by code,
/// and nobody is shown one.
/// </summary>
public sealed class RowTexts(IDbContextFactory<PortalDbContext> dbs) : IProjectTexts
{
    public async IAsyncEnumerable<ProjectText> ReadAsync(string projectId, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var imports = await db.DatasetImports.AsNoTracking().Where(i => i.ProjectId == projectId).Select(i => new { i.FileName, i.Entry, i.Sheet, i.UploadedByName }).ToListAsync(ct);
        foreach (var import in imports)
        {
            yield return new ProjectText(ProjectTextKind.Name, [import.FileName, Path.GetFileNameWithoutExtension(import.FileName), import.Entry, import.Sheet, import.UploadedByName]);
        }

        var importIds = db.DatasetImports.Where(i => i.ProjectId == projectId).Select(i => i.Id);
        var rows = db.Examples.AsNoTracking().Where(e => importIds.Contains(e.ImportId))
            .Select(e => new { e.Input, e.Output, e.System, e.Content, e.GroupKey, e.Slice, e.SourceId });
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            yield return Row(row.Input, row.Output, row.System, row.Content ?? "", row.GroupKey, row.Slice, row.SourceId);
        }

        var former = db.RowEdits.AsNoTracking().Where(e => importIds.Contains(e.ImportId)).Select(e => new { e.Input, e.Output, e.System, e.Content });
        await foreach (var row in former.AsAsyncEnumerable().WithCancellation(ct))
        {
            yield return Row(row.Input, row.Output, row.System, row.Content ?? "");
        }

        var reviews = await db.Reviews.AsNoTracking().Where(r => r.ProjectId == projectId).Select(r => new { r.Name, r.AskedByName }).ToListAsync(ct);
        foreach (var review in reviews)
        {
            yield return new ProjectText(ProjectTextKind.Name, [review.Name, review.AskedByName]);
        }

        var reviewIds = db.Reviews.Where(r => r.ProjectId == projectId).Select(r => r.Id);
        await foreach (var said in db.ReviewAnswers.AsNoTracking().Where(a => reviewIds.Contains(a.ReviewId)).Select(a => new { a.Output, a.Comment }).AsAsyncEnumerable().WithCancellation(ct))
        {
            yield return Row(said.Output, said.Comment);
        }

        // A version outlives the rows that it was frozen from.
        var withRows = db.DatasetImports.Where(i => i.HasRows);
        var versionIds = db.DatasetVersions.Where(v => v.ProjectId == projectId && !withRows.Any(i => i.Id == v.ImportId)).Select(v => v.Id);
        var frozen = db.FrozenExamples.AsNoTracking().Where(e => versionIds.Contains(e.VersionId)).Select(e => new { e.Input, e.Output, e.System, e.Content, e.Slice, e.SourceId });
        await foreach (var row in frozen.AsAsyncEnumerable().WithCancellation(ct))
        {
            yield return Row(row.Input, row.Output, row.System, row.Content ?? "", row.Slice, row.SourceId);
        }
    }

    private static ProjectText Row(params string[] texts) => new(ProjectTextKind.Row, texts);
}
