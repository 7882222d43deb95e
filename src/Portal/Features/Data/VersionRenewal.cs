using Hangfire;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>Begins the version that takes the place of one that lost rows.</summary>
public sealed class VersionRenewal(TenantScope scope, IBackgroundJobClient jobs, TimeProvider time)
{
    /// <param name="number">The project's next.</param>
    internal async Task BeginAsync(PortalDbContext db, DatasetVersion lost, int number, (string UserId, string Name) by, CancellationToken ct)
    {
        var copy = lost.WithoutErased(number, by.UserId, by.Name, time.GetUtcNow().UtcDateTime);
        db.DatasetVersions.Add(copy);
        db.Audit("version.started", copy.AsTarget(), $"Version {lost.Number} without its erased rows");
        await db.SaveChangesAsync(ct);
        var (tenantId, versionId) = (scope.TenantId, copy.Id);
        jobs.Enqueue<FreezeWorker>(w => w.RunAsync(tenantId, versionId, CancellationToken.None));
    }
}
