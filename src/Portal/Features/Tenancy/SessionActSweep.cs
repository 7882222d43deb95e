using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>Wakes what organisations have not heard of sign-ins and ended sessions.</summary>
public sealed class SessionActSweep(IBackgroundJobClient jobs) : ISwept
{
    public async Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct)
    {
        var before = now - LostWork.Grace;
        var untold = await db.SessionActs.AsNoTracking().Where(a => a.At < before).OrderBy(a => a.At).Take(200)
            .Select(a => new OwnedId(a.TellTenantId, a.Id)).ToListAsync(ct);
        untold.ForEach(act => jobs.Enqueue<SessionActWorker>(w => w.RunAsync(act.TenantId, act.Id, CancellationToken.None)));
        return untold.Count;
    }
}
