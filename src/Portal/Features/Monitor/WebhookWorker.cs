using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Monitor;

/// <summary>Hands one message to its receiver. Killed between handing over and saving it sends it again under the same id.</summary>
public sealed class WebhookWorker(TenantScope scope, IDbContextFactory<PortalDbContext> dbs, WebhookSecrets secrets, WebhookGateway gateway, TimeProvider time, ILogger<WebhookWorker> logger)
{
    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public async Task RunAsync(string tenantId, string deliveryId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var delivery = await db.WebhookDeliveries.SingleOrDefaultAsync(d => d.Id == deliveryId, ct);
        if (delivery?.TryBegin(Now) is not true || !await db.TrySaveAsync(ct) || delivery.State is not DeliveryState.Waiting)
        {
            return;
        }

        if (await db.AlertWebhooks.AsNoTracking().SingleOrDefaultAsync(w => w.Id == delivery.WebhookId, ct) is not { } webhook)
        {
            return;
        }

        await SendAsync(delivery, webhook, ct);
        if (await db.TrySaveAsync(ct))
        {
            logger.LogInformation("Message {Delivery} to webhook {Webhook} is {State} after {Attempts} attempts", deliveryId, webhook.Id, delivery.State, delivery.Attempts);
        }

        var (webhookId, old) = (webhook.Id, Now - WebhookDelivery.Kept);
        await db.WebhookDeliveries.Where(d => d.WebhookId == webhookId && d.CreatedAt < old && d.State != DeliveryState.Waiting).ExecuteDeleteAsync(ct);
    }

    private async Task SendAsync(WebhookDelivery delivery, AlertWebhook webhook, CancellationToken ct)
    {
        if (secrets.Signing(webhook, Now) is not { Count: > 0 } signing)
        {
            delivery.GiveUp("The secret can no longer be read. Give the webhook a new one.", Now);
            return;
        }

        var answer = await gateway.SendAsync(delivery, webhook.Url, signing, time.GetUtcNow(), ct);
        if (answer.Problem is "")
        {
            delivery.Delivered(answer.Status ?? 0, Now);
        }
        else
        {
            delivery.Failed(answer.Status, answer.Problem, Now);
        }
    }
}

/// <summary>Messages whose wake-up was lost, whose sender was killed, or whose receiver was away.</summary>
public sealed class WebhookSweep(IBackgroundJobClient work) : ISwept
{
    public Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct) =>
        db.WebhookDeliveries.Where(d => d.State == DeliveryState.Waiting && d.NextAttemptAt < now).OfServedTenants(db).OrderBy(d => d.NextAttemptAt)
            .WakeAsync(d => work.Enqueue<WebhookWorker>(w => w.RunAsync(d.TenantId, d.Id, CancellationToken.None)), ct);
}
