using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tune;

/// <summary>Jobs that are due, are nobody's, and that nobody has woken: their process died, or their wake-up was lost.</summary>
public sealed class TuneSweep(IBackgroundJobClient jobs) : ISwept
{
    /// <summary>A wake-up that is merely on its way is not lost.</summary>
    private static readonly TimeSpan s_late = TimeSpan.FromSeconds(3);

    public async Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct)
    {
        var late = now - s_late;
        var lost = await db.TuningJobs.AsNoTracking()
            .Where(j => j.EndedAt == null && j.NextStepAt <= late && (j.LeaseUntil == null || j.LeaseUntil <= now))
            .OrderBy(j => j.NextStepAt).Take(500).Select(j => new { j.TenantId, j.Id }).ToListAsync(ct);
        foreach (var job in lost)
        {
            jobs.Enqueue<TuningWorker>(worker => worker.StepAsync(job.TenantId, job.Id, CancellationToken.None));
        }

        return lost.Count;
    }
}
