using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

public sealed class FailedMails(IBackgroundJobClient jobs) : IFailedWork
{
    public string Kind => "Mail";

    public string WhyNotAgain => "Its text is gone; it is sent again from the page it came from.";

    public IQueryable<FailedItem> Of(PortalDbContext db) => db.OutgoingMails.Where(m => m.State == MailState.GivenUp)
        .Select(m => new FailedItem { TenantId = m.TenantId, Id = m.Id, At = m.NextAttemptAt, Attempts = m.Attempts, Stored = m.Problem });

    public IQueryable<FailedItem> WaitingOf(PortalDbContext db, DateTime now) => db.OutgoingMails.Where(m => m.State == MailState.Waiting && m.Attempts > 0)
        .Select(m => new FailedItem { TenantId = m.TenantId, Id = m.Id, At = m.CreatedAt, Attempts = m.Attempts, Stored = m.Problem });

    // A server's own words may name whom the mail was for.
    public string CauseOf(string stored) => PlainCause.Of(
        stored, stored is "" ? "It could not be sent before nobody wanted it any more." : "The mail server did not take it. Check Mail in the portal's settings, and the log under this id.",
        ("can no longer be read", "The key that encrypted its text is gone."));

    public async Task<Action?> AgainAsync(PortalDbContext db, string id, DateTime now, CancellationToken ct)
    {
        if (await db.OutgoingMails.SingleOrDefaultAsync(m => m.Id == id && m.State == MailState.Waiting, ct) is not { } letter)
        {
            return null;
        }

        if (!letter.TryHurry(now))
        {
            throw new PortalException("It is tried again by itself within two minutes, or is being sent now. Nothing was done.");
        }

        var tenantId = letter.TenantId;
        return () => jobs.Enqueue<MailWorker>(w => w.RunAsync(tenantId, id, CancellationToken.None));
    }
}
