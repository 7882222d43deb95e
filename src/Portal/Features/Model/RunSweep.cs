using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Model;

/// <summary>Wakes runs whose worker died, or whose wake-up was lost.</summary>
public sealed class RunSweep(IBackgroundJobClient jobs) : ISwept
{
    public Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct)
    {
        var quiet = now - LostWork.Grace;
        return db.CandidateRuns.OfServedTenants(db)
            .Where(r => (r.State == RunState.Queued || r.State == RunState.Running) && (r.LeaseUntil == null || r.LeaseUntil < now)
                && (r.NextAttemptAt == null || r.NextAttemptAt < quiet) && (r.UpdatedAt == null || r.UpdatedAt < quiet) && r.CreatedAt < quiet)
            .OrderBy(r => r.CreatedAt)
            .WakeAsync(r => jobs.Enqueue<CandidateRunWorker>(w => w.RunAsync(r.TenantId, r.Id, CancellationToken.None)), ct);
    }
}
