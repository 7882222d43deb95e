using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Model;
using Portal.Persistence;

namespace Portal.Features.Evaluate;

/// <summary>Wakes evaluations whose runs have all ended, and those whose wake-up or worker was lost.</summary>
public sealed class EvaluationSweep(IBackgroundJobClient jobs) : ISwept
{
    /// <summary>A wake-up that has only just been sent is not lost.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(10);

    public async Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct)
    {
        var quiet = now - s_grace;
        var (parts, runs) = (db.EvaluatedCandidates, db.CandidateRuns);
        var due = await db.EvaluationRuns.AsNoTracking()
            .Where(e => (e.LeaseUntil == null || e.LeaseUntil < now)
                && ((e.State == EvaluationState.Queued && e.CreatedAt < quiet)
                    || (e.State == EvaluationState.Running && !parts.Any(c => c.TenantId == e.TenantId && c.EvaluationId == e.Id
                        && runs.Any(r => r.TenantId == c.TenantId && r.Id == c.RunId && (r.State == RunState.Queued || r.State == RunState.Running))))))
            .OrderBy(e => e.CreatedAt).Take(200).Select(e => new { e.TenantId, e.Id }).ToListAsync(ct);
        foreach (var evaluation in due)
        {
            jobs.Enqueue<EvaluationWorker>(w => w.RunAsync(evaluation.TenantId, evaluation.Id, CancellationToken.None));
        }

        return due.Count;
    }
}
