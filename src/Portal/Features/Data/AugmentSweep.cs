using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>Wakes augmentations whose worker died, or whose wake-up was lost.</summary>
public sealed class AugmentSweep(IBackgroundJobClient jobs) : ISwept
{
    public Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct)
    {
        var quiet = now - LostWork.Grace;
        return db.Augmentations.OfServedTenants(db)
            .Where(a => (a.State == AugmentationState.Queued || a.State == AugmentationState.Running) && (a.LeaseUntil == null || a.LeaseUntil < now)
                && (a.NextAttemptAt == null || a.NextAttemptAt < quiet) && (a.UpdatedAt == null || a.UpdatedAt < quiet) && a.CreatedAt < quiet)
            .OrderBy(a => a.CreatedAt)
            .WakeAsync(a => jobs.Enqueue<AugmentWorker>(w => w.RunAsync(a.TenantId, a.Id, CancellationToken.None)), ct);
    }
}
