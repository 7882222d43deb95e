using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>Wakes what one side did and the other has not heard of.</summary>
public sealed class EngagementSweep(IBackgroundJobClient jobs) : ISwept
{
    public async Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct)
    {
        var before = now - LostWork.Grace;
        var untold = await db.EngagementActs.AsNoTracking().Where(a => a.ToldAt == null && a.At < before).OrderBy(a => a.At).Take(200)
            .Select(a => new OwnedId(a.TellId, a.Id)).ToListAsync(ct);
        untold.ForEach(act => jobs.Enqueue<EngagementWorker>(w => w.RunAsync(act.TenantId, act.Id, CancellationToken.None)));
        return untold.Count;
    }
}
