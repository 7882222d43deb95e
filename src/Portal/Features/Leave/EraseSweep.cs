using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Leave;

/// <summary>Erasures that are due and that nobody works on: their time has come, or their process died.</summary>
public sealed class EraseSweep(IBackgroundJobClient jobs) : ISwept
{
    public async Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct)
    {
        var due = await db.OrganizationErasures.AsNoTracking()
            .Where(e => (e.State == ErasureState.Waiting || e.State == ErasureState.Erasing) && e.NextStepAt <= now && (e.LeaseUntil == null || e.LeaseUntil < now))
            .OrderBy(e => e.NextStepAt).Take(20).Select(e => new OwnedId(e.TenantId, e.Id)).ToListAsync(ct);
        due.ForEach(e => jobs.Enqueue<EraseWorker>(w => w.RunAsync(e.TenantId, e.Id, CancellationToken.None)));
        return due.Count;
    }
}
