using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>Wakes imports and versions that nobody works on, and clears rows that gave way to others and uploads that broke off.</summary>
public sealed class DataSweep(IBackgroundJobClient jobs, IOptions<DataOptions> options) : ISwept
{
    public async Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct)
    {
        var imports = await db.DatasetImports
            .Where(i => (i.State == ImportState.Mapped || i.State == ImportState.Importing) && (i.LeaseUntil == null || i.LeaseUntil < now))
            .OrderBy(i => i.UploadedAt)
            .WakeAsync(i => jobs.Enqueue<ImportWorker>(w => w.RunAsync(i.TenantId, i.Id, CancellationToken.None)), ct);
        var versions = await db.DatasetVersions
            .Where(v => v.State == VersionState.Freezing && (v.LeaseUntil == null || v.LeaseUntil < now))
            .OrderBy(v => v.StartedAt)
            .WakeAsync(v => jobs.Enqueue<FreezeWorker>(w => w.RunAsync(v.TenantId, v.Id, CancellationToken.None)), ct);
        var replaced = await db.DatasetImports.Where(i => i.State == ImportState.Replaced && i.HasRows)
            .OrderBy(i => i.UploadedAt)
            .WakeAsync(i => jobs.Enqueue<ImportWorker>(w => w.ClearAsync(i.TenantId, i.Id, CancellationToken.None)), ct);
        var before = now - options.Value.UploadKept;
        var uploads = await db.Uploads.Where(u => u.LastPartAt < before)
            .OrderBy(u => u.LastPartAt)
            .WakeAsync(u => jobs.Enqueue<UploadWorker>(w => w.ClearAsync(u.TenantId, u.Id, CancellationToken.None)), ct);
        return imports + versions + replaced + uploads;
    }
}
