using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>Acts of admins that the platform's log has not heard of.</summary>
public sealed class PlatformActSweep(IBackgroundJobClient jobs) : ISwept
{
    public async Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct)
    {
        var before = now - LostWork.Grace;
        var lost = await db.PlatformActs.AsNoTracking().Where(a => a.ToldAt == null && a.At < before).OrderBy(a => a.At).Take(200).Select(a => a.Id).ToListAsync(ct);
        lost.ForEach(id => jobs.Enqueue<PlatformActWorker>(w => w.RunAsync(PlatformLog.Id, id, CancellationToken.None)));
        return lost.Count;
    }
}
