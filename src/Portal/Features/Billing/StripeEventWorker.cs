using Microsoft.EntityFrameworkCore;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Billing;

/// <summary>Acts on one message of Stripe, by reading there what holds now. Twice is as once.</summary>
public sealed class StripeEventWorker(TenantScope scope, IDbContextFactory<PortalDbContext> dbs, AccountMirror mirror, TimeProvider time, ILogger<StripeEventWorker> logger)
{
    /// <param name="tenantId">Whose customer it is about, or <see cref="PlatformLog.Id"/>.</param>
    /// <param name="stripeEventId">The portal's id of the message.</param>
    /// <param name="ct">Cancels.</param>
    public async Task RunAsync(string tenantId, string stripeEventId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var message = await db.StripeEvents.SingleOrDefaultAsync(e => e.Id == stripeEventId && e.TenantId == tenantId, ct);
        if (message?.TryBegin(Now) is not true || !await db.TrySaveAsync(ct))
        {
            return;
        }

        await ActAsync(message, ct);
        if (await db.TrySaveAsync(ct))
        {
            logger.LogInformation("Stripe's event {Event} is {State}", message.Event, message.State);
        }
    }

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    private async Task ActAsync(StripeEvent message, CancellationToken ct)
    {
        try
        {
            if (await mirror.ReadAsync(message.Customer, ct) is { } refusal)
            {
                message.End(StripeEventState.Refused, refusal);
                logger.LogError("Stripe's event {Event} is refused: {Refusal}", message.Event, refusal);
            }
            else
            {
                message.End(StripeEventState.Applied, message.Attempts is 1 ? message.Problem : "");
            }
        }
        catch (StripeUnavailableException away)
        {
            logger.LogWarning(away, "Stripe's event {Event} could not be acted on", message.Event);
            message.Failed(away.Message, Now);
        }
    }
}
