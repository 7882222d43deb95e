using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tune;

/// <summary>
/// Jobs that are due, are nobody's, and that nobody has woken: their process died, or their wake-up was lost. And ended ones whose rows
/// are still in the bucket.
/// </summary>
public sealed class TuneSweep(IBackgroundJobClient jobs) : ISwept
{
    /// <summary>A wake-up that is merely on its way is not lost.</summary>
    private static readonly TimeSpan s_late = TimeSpan.FromSeconds(3);

    public async Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct)
    {
        var late = now - s_late;
        // Whoever holds a lease may still be sending rows, of a job that was cancelled under him for one.
        var free = db.TuningJobs.Where(j => j.NextStepAt <= late && (j.LeaseUntil == null || j.LeaseUntil <= now));
        var moved = await free.Where(j => j.EndedAt == null).OrderBy(j => j.NextStepAt)
            .WakeAsync(j => jobs.Enqueue<TuningWorker>(worker => worker.StepAsync(j.TenantId, j.Id, CancellationToken.None)), ct);
        var cleaned = await free.Where(j => j.EndedAt != null && j.FilesDeletedAt == null).OrderBy(j => j.NextStepAt)
            .WakeAsync(j => jobs.Enqueue<TuningFilesWorker>(worker => worker.DeleteAsync(j.TenantId, j.Id, CancellationToken.None)), ct);
        return moved + cleaned;
    }
}
