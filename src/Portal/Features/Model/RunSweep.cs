using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Model;

/// <summary>Wakes runs whose worker died, or whose wake-up was lost.</summary>
public sealed class RunSweep(IBackgroundJobClient jobs) : ISwept
{
    /// <summary>A wake-up that has only just been sent is not lost.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(10);

    public async Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct)
    {
        var quiet = now - s_grace;
        var lost = await db.CandidateRuns.AsNoTracking()
            .Where(r => (r.State == RunState.Queued || r.State == RunState.Running) && (r.LeaseUntil == null || r.LeaseUntil < now)
                && (r.NextAttemptAt == null || r.NextAttemptAt < quiet) && (r.UpdatedAt == null || r.UpdatedAt < quiet) && r.CreatedAt < quiet)
            .OrderBy(r => r.CreatedAt).Take(200).Select(r => new { r.TenantId, r.Id }).ToListAsync(ct);
        foreach (var run in lost)
        {
            jobs.Enqueue<CandidateRunWorker>(w => w.RunAsync(run.TenantId, run.Id, CancellationToken.None));
        }

        return lost.Count;
    }
}
