using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>What code compares new rows with: the sealed rows of a version, each with its turns where files are in them.</summary>
internal static class SealedInputs
{
    /// <summary>Those of all earlier versions of the project, and what the last of them trains on, for whom the draw decides.</summary>
    public static async Task AddBeforeAsync(SplitRows rows, IDbContextFactory<PortalDbContext> dbs, DatasetVersion version, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var earlier = await db.DatasetVersions.Where(v => v.ProjectId == version.ProjectId && v.Number < version.Number && v.State == VersionState.Frozen)
            .OrderBy(v => v.Number).Select(v => v.Id).ToListAsync(ct);
        foreach (var id in earlier)
        {
            await foreach (var (input, content) in OfAsync(db, id, ct))
            {
                rows.AddSealed(input, content);
            }
        }

        if (version.SplitMethod is SplitMethod.Spread && earlier is [.., var last])
        {
            await foreach (var (input, content) in ReadAsync(db.FrozenExamples.Where(e => e.VersionId == last && e.Split != Split.Test), ct))
            {
                rows.AddLearnt(input, content);
            }
        }
    }

    public static IAsyncEnumerable<(string Input, string? Content)> OfAsync(PortalDbContext db, string? versionId, CancellationToken ct) =>
        ReadAsync(db.FrozenExamples.Where(e => e.VersionId == versionId && e.Split == Split.Test), ct);

    private static async IAsyncEnumerable<(string Input, string? Content)> ReadAsync(
        IQueryable<FrozenExample> examples, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        var rows = examples.AsNoTracking().OrderBy(e => e.Number)
            .Select(e => new { e.Input, Content = e.Content != null && e.Content.Contains(MediaAddress.Mark) ? e.Content : null });
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            yield return (row.Input, row.Content);
        }
    }
}
