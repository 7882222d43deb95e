using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Billing;

/// <summary>Messages of Stripe that were refused or not understood, and those that wait: the alarm that those who run the portal look at.</summary>
public sealed class FailedStripeEvents(IBackgroundJobClient jobs) : IFailedWork
{
    public string Kind => "Message of Stripe";

    public string WhyNotAgain => "What Stripe says does not change by reading it again. Look at the event in Stripe's dashboard.";

    public IQueryable<FailedItem> Of(PortalDbContext db) => db.StripeEvents.Where(e => e.State == StripeEventState.Refused || (e.State != StripeEventState.Waiting && e.Problem != ""))
        .Select(e => new FailedItem { TenantId = e.TenantId, Id = e.Id, At = e.ReceivedAt, Attempts = e.Attempts, Stored = e.Problem });

    public IQueryable<FailedItem> WaitingOf(PortalDbContext db, DateTime now)
    {
        var before = now - IFailedWork.Patience;
        return db.StripeEvents.Where(e => e.State == StripeEventState.Waiting && e.ReceivedAt < before)
            .Select(e => new FailedItem { TenantId = e.TenantId, Id = e.Id, At = e.ReceivedAt, Attempts = e.Attempts, Stored = e.Problem });
    }

    // The portal's own words, which quote nothing.
    public string CauseOf(string stored) => stored is "" ? "Nobody has taken it up yet." : stored;

    public async Task<Action?> AgainAsync(PortalDbContext db, string id, DateTime now, CancellationToken ct)
    {
        var tenantId = db.TenantId;
        if (await db.StripeEvents.SingleOrDefaultAsync(e => e.Id == id && e.TenantId == tenantId && e.State == StripeEventState.Waiting, ct) is not { } message)
        {
            return null;
        }

        message.Hurry(now);
        return () => jobs.Enqueue<StripeEventWorker>(w => w.RunAsync(tenantId, id, CancellationToken.None));
    }
}
