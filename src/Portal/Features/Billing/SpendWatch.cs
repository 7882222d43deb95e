using Microsoft.EntityFrameworkCore;
using Portal.Components;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Billing;

/// <summary>How an account stands to its threshold.</summary>
/// <param name="IsWatched">Usage is invoiced in the middle of the period.</param>
/// <param name="Since">Since when usage is on no invoice yet.</param>
/// <param name="UnbilledMicros">So much was used since.</param>
/// <param name="ThresholdMicros">What the plan lets a watched account use until it is invoiced.</param>
public sealed record SpendWatchState(bool IsWatched, DateTime Since, long UnbilledMicros, long ThresholdMicros)
{
    public bool IsReached => IsWatched && UnbilledMicros >= ThresholdMicros;
}

/// <summary>
/// Watches accounts whose payment is not proven. Stripe is told the amount and makes the invoice, once each time usage reaches it; the owners
/// are told once for each crossing. Asked again after a kill, both find what was done.
/// </summary>
public sealed class SpendWatch(IDbContextFactory<PortalDbContext> dbs, StripeGateway gateway, AccountMirror mirror, OwnerMail mail, TenantScope scope, ILogger<SpendWatch> logger)
{
    internal const string ThresholdReason = "subscription_threshold";

    /// <summary>Null where no subscription runs.</summary>
    internal static async Task<SpendWatchState?> StateAsync(PortalDbContext db, BillingAccount account, CancellationToken ct)
    {
        if (account is not { PeriodStartAt: { } start, BillableFromAt: { } billable } || account.Bought() is not { } plan)
        {
            return null;
        }

        // A threshold's invoice takes all usage until it is made.
        var last = await db.BillingInvoices.Where(i => i.Reason == ThresholdReason && i.CreatedAt > start).MaxAsync(i => (DateTime?)i.CreatedAt, ct);
        var since = new[] { start, billable, last ?? start }.Max();
        var used = await (await LedgerStretch.OpenAsync(db, since, db.Now.AddDays(1), ct)).AmountAsync(ct);
        return new SpendWatchState(await IsWatchedAsync(db, account, ct), since, used, plan.WatchCents * 10_000);
    }

    private static async Task<bool> IsWatchedAsync(PortalDbContext db, BillingAccount account, CancellationToken ct) => account.Watch switch
    {
        AccountWatch.Always => true,
        AccountWatch.Never => false,
        _ => account.PaymentFailedAt is not null || !await db.BillingInvoices.AnyAsync(i => i.Status == "paid" && i.TotalCents > 0, ct),
    };

    /// <summary>In the organisation's scope, by whoever holds its lease.</summary>
    internal async Task CheckAsync(string customer, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var account = await db.BillingAccounts.SingleAsync(ct);
        if (await StateAsync(db, account, ct) is not { } state)
        {
            return;
        }

        var wanted = state.IsWatched ? state.ThresholdMicros / 10_000 : (long?)null;
        if (account.ThresholdCents != wanted)
        {
            await AgreeAsync(account, customer, wanted, ct);
        }

        if (state.IsReached && account.ThresholdToldFor != state.Since)
        {
            await TellAsync(state, ct);
        }
    }

    /// <summary>What Stripe does not take today is asked for again with the next report, and holds up none.</summary>
    private async Task AgreeAsync(BillingAccount account, string customer, long? cents, CancellationToken ct)
    {
        try
        {
            await gateway.SetThresholdAsync(account.Subscription, cents, ct);
            await mirror.ReadAsync(customer, ct);
        }
        catch (StripeUnavailableException refused)
        {
            logger.LogWarning(refused, "The threshold of {Tenant} could not be set", scope.TenantId);
        }
    }

    private async Task TellAsync(SpendWatchState state, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var (tenantId, account) = (scope.TenantId, await db.BillingAccounts.SingleAsync(ct));
        account.Told(state.Since);
        var name = await db.Tenants.Where(t => t.Id == tenantId).Select(t => t.Name).SingleAsync(ct);
        var letters = await mail.AddAsync(db, Permission.ManageBilling, $"The usage of {name} is invoiced before the month ends", $"""
            {name} has used {Show.Money(state.UnbilledMicros, "USD")} since {state.Since:yyyy-MM-dd HH:mm} UTC. At {Show.Money(state.ThresholdMicros, "USD")} Stripe invoices it at once{(account.State is SubscriptionState.Trialing ? ", from the end of the trial on" : "")}, because no invoice of it was paid yet, a payment failed, or those who run the portal decided so.

            Nothing stops. The invoice is under Billing, Plan and invoices, and is charged to the card on file. If that fails it is tried again, as with every invoice.

            This mail is sent once each time the amount is reached.
            """, ct);
        db.Audit("billing.threshold-reached", new AuditTarget("billing", account.Id, account.PlanId), $"{Show.Money(state.UnbilledMicros, "USD")} used since {state.Since:yyyy-MM-dd HH:mm} UTC, of {Show.Money(state.ThresholdMicros, "USD")}.");
        if (await db.TrySaveAsync(ct))
        {
            mail.Wake(tenantId, letters);
            logger.LogInformation("{Tenant} has reached the threshold of its account", tenantId);
        }
    }
}
