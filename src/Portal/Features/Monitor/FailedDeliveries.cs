using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Monitor;

public sealed class FailedDeliveries(IBackgroundJobClient jobs) : IFailedWork
{
    public string Kind => "Webhook message";

    public string WhyNotAgain => "It was tried for a day, and what it told of is over.";

    public IQueryable<FailedItem> Of(PortalDbContext db) => db.WebhookDeliveries.Where(d => d.State == DeliveryState.GivenUp)
        .Select(d => new FailedItem { TenantId = d.TenantId, Id = d.Id, ProjectId = d.ProjectId, At = d.EndedAt ?? d.CreatedAt, Attempts = d.Attempts, Stored = d.Problem });

    public IQueryable<FailedItem> WaitingOf(PortalDbContext db, DateTime now) => db.WebhookDeliveries.Where(d => d.State == DeliveryState.Waiting && d.Attempts > 0)
        .Select(d => new FailedItem { TenantId = d.TenantId, Id = d.Id, ProjectId = d.ProjectId, At = d.CreatedAt, Attempts = d.Attempts, Stored = d.Problem });

    public string CauseOf(string stored) => PlainCause.Of(
        stored, "The customer's receiver did not take it. They see why on their Alerts page.",
        ("can no longer be read", "The key that encrypted its secret is gone."), ("private network", "The address leads into a private network."), ("is not known", "The receiver's name is not known."));

    public async Task<Action?> AgainAsync(PortalDbContext db, string id, DateTime now, CancellationToken ct)
    {
        if (await db.WebhookDeliveries.SingleOrDefaultAsync(d => d.Id == id && d.State == DeliveryState.Waiting, ct) is not { } delivery)
        {
            return null;
        }

        if (!delivery.TryHurry(now))
        {
            throw new PortalException("It is tried again by itself within two minutes, or is being sent now. Nothing was done.");
        }

        var tenantId = delivery.TenantId;
        return () => jobs.Enqueue<WebhookWorker>(w => w.RunAsync(tenantId, id, CancellationToken.None));
    }
}
