using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Evaluate;

/// <summary>Wakes evaluations whose runs have all ended, and those whose wake-up or worker was lost.</summary>
public sealed class EvaluationSweep(IBackgroundJobClient jobs) : ISwept
{
    public Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct)
    {
        var quiet = now - LostWork.Grace;
        var (parts, runs) = (db.EvaluatedCandidates, db.CandidateRuns);
        return db.EvaluationRuns.OfServedTenants(db)
            .Where(e => (e.LeaseUntil == null || e.LeaseUntil < now)
                && ((e.State == EvaluationState.Queued && e.CreatedAt < quiet)
                    || (e.State == EvaluationState.Running && !parts.Any(c => c.TenantId == e.TenantId && c.EvaluationId == e.Id
                        && runs.Any(r => r.TenantId == c.TenantId && r.Id == c.RunId && (r.State == RunState.Queued || r.State == RunState.Running))))))
            .OrderBy(e => e.CreatedAt)
            .WakeAsync(e => jobs.Enqueue<EvaluationWorker>(w => w.RunAsync(e.TenantId, e.Id, CancellationToken.None)), ct);
    }
}
