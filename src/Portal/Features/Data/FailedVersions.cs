using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Data;

public sealed class FailedVersions(IBackgroundJobClient jobs) : IFailedWork
{
    public string Kind => "Freezing a version";

    public string? WhyNotAgain => null;

    public IQueryable<FailedItem> Of(PortalDbContext db) => db.DatasetVersions.Where(v => v.State == VersionState.Failed)
        .Select(v => new FailedItem { TenantId = v.TenantId, Id = v.Id, ProjectId = v.ProjectId, At = v.StartedAt, Attempts = v.Attempts, Stored = v.Failure });

    public IQueryable<FailedItem> WaitingOf(PortalDbContext db, DateTime now) => db.DatasetVersions
        .Where(v => v.State == VersionState.Freezing && v.Attempts > 0 && (v.Attempts > 1 || v.LeaseUntil == null || v.LeaseUntil < now))
        .Select(v => new FailedItem { TenantId = v.TenantId, Id = v.Id, ProjectId = v.ProjectId, At = v.StartedAt, Attempts = v.Attempts });

    public string CauseOf(string stored) => stored is "" ? "It stopped before its end and is begun again." : PlainCause.Of(stored, "The rows did not allow it. Why stands beside the version, for those who may see it.");

    public async Task<Action?> AgainAsync(PortalDbContext db, string id, DateTime now, CancellationToken ct)
    {
        if (await db.DatasetVersions.SingleOrDefaultAsync(v => v.Id == id && v.State != VersionState.Frozen, ct) is not { } version)
        {
            return null;
        }

        if (version.State is VersionState.Failed)
        {
            if (await db.DatasetVersions.AnyAsync(v => v.ProjectId == version.ProjectId && (v.Number > version.Number || v.State == VersionState.Freezing), ct)
                || !await db.Datasets.AnyAsync(d => d.ProjectId == version.ProjectId && d.WorkingImportId == version.ImportId, ct))
            {
                throw new PortalException("The project has a later version, or other rows, by now. Nothing was done: a new version is frozen by the organization.");
            }

            version.Again();
        }

        var tenantId = version.TenantId;
        return () => jobs.Enqueue<FreezeWorker>(w => w.RunAsync(tenantId, id, CancellationToken.None));
    }
}
