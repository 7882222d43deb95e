using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Billing;

/// <summary>Messages of Stripe whose wake-up was lost, whose worker was killed, or that found Stripe away.</summary>
public sealed class StripeEventSweep(IBackgroundJobClient jobs) : ISwept
{
    private const int AtOnce = 200;

    public async Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct)
    {
        var lost = await db.StripeEvents.AsNoTracking().Where(e => e.State == StripeEventState.Waiting && e.NextAttemptAt < now)
            .OrderBy(e => e.NextAttemptAt).Take(AtOnce).Select(e => new { e.TenantId, e.Id }).ToListAsync(ct);
        lost.ForEach(e => jobs.Enqueue<StripeEventWorker>(w => w.RunAsync(e.TenantId, e.Id, CancellationToken.None)));
        return lost.Count;
    }
}
