using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>
/// Which rows of an import are sealed: those that one of its versions tests with, and those that are nearly a test row of an earlier
/// version. Nobody who builds is shown one or may change one.
/// </summary>
internal sealed class SealedRows
{
    private readonly List<string> _versionIds;
    private readonly string? _leakedId;

    private SealedRows(List<string> versionIds, string? leakedId) => (_versionIds, _leakedId) = (versionIds, leakedId);

    public static async Task<SealedRows> OfAsync(PortalDbContext db, string importId, CancellationToken ct) => new(
        await db.DatasetVersions.Where(v => v.ImportId == importId && v.State == VersionState.Frozen).Select(v => v.Id).ToListAsync(ct),
        await db.Findings.Where(f => f.ImportId == importId && f.Rule == FindingRule.LeakedTestRow).Select(f => f.Id).SingleOrDefaultAsync(ct));

    /// <summary>Asked last of a row: it is a look into another table, where the filters before it are not.</summary>
    public IQueryable<Example> Without(PortalDbContext db, IQueryable<Example> rows)
    {
        var (versionIds, leakedId, frozen, concerned) = (_versionIds, _leakedId, db.FrozenExamples, db.FindingRows);
        if (versionIds.Count > 0)
        {
            rows = rows.Where(e => !frozen.Any(f => versionIds.Contains(f.VersionId) && f.Split == Split.Test && f.Number == e.Number));
        }

        return leakedId is null ? rows : rows.Where(e => !concerned.Any(r => r.FindingId == leakedId && r.Number == e.Number));
    }

    public async Task<int> CountAsync(PortalDbContext db, CancellationToken ct)
    {
        var (versionIds, leakedId) = (_versionIds, _leakedId);
        var tested = db.FrozenExamples.Where(f => versionIds.Contains(f.VersionId) && f.Split == Split.Test).Select(f => f.Number);
        return versionIds.Count is 0 && leakedId is null ? 0
            : await tested.Union(db.FindingRows.Where(r => r.FindingId == leakedId).Select(r => r.Number)).CountAsync(ct);
    }
}
