using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>Wakes imports and versions that nobody works on, and clears rows that gave way to others.</summary>
public sealed class DataSweep(IBackgroundJobClient jobs) : ISwept
{
    private const int AtOnce = 100;

    public async Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct)
    {
        var imports = await db.DatasetImports.AsNoTracking()
            .Where(i => (i.State == ImportState.Mapped || i.State == ImportState.Importing) && (i.LeaseUntil == null || i.LeaseUntil < now))
            .OrderBy(i => i.UploadedAt).Take(AtOnce).Select(i => new { i.TenantId, i.Id }).ToListAsync(ct);
        foreach (var import in imports)
        {
            jobs.Enqueue<ImportWorker>(w => w.RunAsync(import.TenantId, import.Id, CancellationToken.None));
        }

        var versions = await db.DatasetVersions.AsNoTracking()
            .Where(v => v.State == VersionState.Freezing && (v.LeaseUntil == null || v.LeaseUntil < now))
            .OrderBy(v => v.StartedAt).Take(AtOnce).Select(v => new { v.TenantId, v.Id }).ToListAsync(ct);
        foreach (var version in versions)
        {
            jobs.Enqueue<FreezeWorker>(w => w.RunAsync(version.TenantId, version.Id, CancellationToken.None));
        }

        var replaced = await db.DatasetImports.AsNoTracking().Where(i => i.State == ImportState.Replaced && i.HasRows)
            .OrderBy(i => i.UploadedAt).Take(AtOnce).Select(i => new { i.TenantId, i.Id }).ToListAsync(ct);
        foreach (var import in replaced)
        {
            jobs.Enqueue<ImportWorker>(w => w.ClearAsync(import.TenantId, import.Id, CancellationToken.None));
        }

        return imports.Count + versions.Count + replaced.Count;
    }
}
