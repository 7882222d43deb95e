using Microsoft.EntityFrameworkCore;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>A frozen row; one that is more than a text and its answer has its content in Gemini's shape.</summary>
public sealed record VersionExample(int Number, string Input, string Output, Split Split, string System = "", string? Content = null, string Slice = "", string SourceId = "", bool IsSynthetic = false)
{
    /// <summary>From a call to a deployment of the project.</summary>
    public bool IsFromTraffic { get; init; }
}

/// <summary>Training rows of a version that were erased after it was frozen.</summary>
public sealed record ErasedTraining(int Rows, DateTime At);

/// <summary>What later steps read of the data: frozen versions and their rows. The one door to the sealed split.</summary>
public sealed class ExampleService(IDbContextFactory<PortalDbContext> dbs, CurrentMember current, TimeProvider time)
{
    public const int MaximumTake = 5_000;

    public async Task<DatasetVersion?> LatestVersionAsync(string projectId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.DatasetVersions.AsNoTracking().Where(v => v.ProjectId == projectId && v.State == VersionState.Frozen)
            .OrderByDescending(v => v.Number).FirstOrDefaultAsync(ct);
    }

    /// <summary>By version: training rows of it that were erased, and when. Models that were tuned on such a version have learnt them.</summary>
    public async Task<IReadOnlyDictionary<string, ErasedTraining>> ErasedTrainingAsync(string projectId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var versions = db.DatasetVersions.Where(v => v.ProjectId == projectId && v.ErasedCount > 0).Select(v => v.Id);
        return await db.ErasedRows.AsNoTracking().Where(e => versions.Contains(e.VersionId) && e.Split == Split.Train).GroupBy(e => e.VersionId)
            .Select(g => new { g.Key, Rows = g.Count(), At = g.Max(e => e.ErasedAt) }).ToDictionaryAsync(g => g.Key, g => new ErasedTraining(g.Rows, g.At), ct);
    }

    /// <summary>Throws <see cref="NotFoundException"/> for an id that is not this tenant's, or not frozen.</summary>
    public async Task<DatasetVersion> GetVersionAsync(string versionId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.DatasetVersions.AsNoTracking().SingleOrDefaultAsync(v => v.Id == versionId && v.State == VersionState.Frozen, ct)
            ?? throw new NotFoundException("version");
    }

    /// <summary>A page of training or validation rows in order; the test split is refused.</summary>
    public Task<IReadOnlyList<VersionExample>> ReadAsync(string versionId, Split split, int afterNumber, int take, CancellationToken ct) =>
        split is Split.Test
            ? throw new InvalidOperationException("The test split is sealed: only an evaluation may read it.")
            : PageAsync(versionId, split, afterNumber, take, ct);

    /// <summary>For evaluations alone: whoever calls it records a look, and shows no row to anybody who builds.</summary>
    public Task<IReadOnlyList<VersionExample>> ReadSealedAsync(string versionId, int afterNumber, int take, CancellationToken ct) =>
        PageAsync(versionId, Split.Test, afterNumber, take, ct);

    public async Task RecordLookAsync(string versionId, string reason, CancellationToken ct)
    {
        var version = await GetVersionAsync(versionId, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        db.SealedLooks.Add(new SealedLook
        {
            VersionId = version.Id,
            Reason = reason.Length > 400 ? reason[..400] : reason,
            UserId = current.UserId,
            UserName = current.UserName,
            At = time.GetUtcNow().UtcDateTime,
        });
        db.Audit("sealed.looked", version.AsTarget(), reason);
        await db.SaveChangesAsync(ct);
    }

    /// <summary>How often the sealed rows of a version have been looked at, through whichever version.</summary>
    public async Task<SealedWear> CountLooksAsync(string versionId, CancellationToken ct)
    {
        var version = await GetVersionAsync(versionId, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await SealedWear.OfAsync(db, version, ct);
    }

    private async Task<IReadOnlyList<VersionExample>> PageAsync(string versionId, Split split, int afterNumber, int take, CancellationToken ct)
    {
        var version = await GetVersionAsync(versionId, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.FrozenExamples.AsNoTracking()
            .Where(e => e.VersionId == version.Id && e.Split == split && e.Number > afterNumber)
            .OrderBy(e => e.Number).Take(Math.Clamp(take, 1, MaximumTake))
            .Select(e => new VersionExample(e.Number, e.Input, e.Output, e.Split, e.System, e.Content, e.Slice, e.SourceId, e.IsSynthetic)).ToListAsync(ct);
    }
}
