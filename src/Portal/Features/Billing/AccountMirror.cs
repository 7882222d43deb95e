using Microsoft.EntityFrameworkCore;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Billing;

/// <summary>Brings what the portal knows of its customer to what Stripe says now. The end is the same from wherever it begins.</summary>
public sealed class AccountMirror(IDbContextFactory<PortalDbContext> dbs, StripeGateway gateway, TimeProvider time)
{
    private const int Attempts = 5;

    /// <summary>In the organisation's scope. Null where it went through, else why it is refused.</summary>
    public async Task<string?> ReadAsync(string customer, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var db = await dbs.CreateDbContextAsync(ct);
            // The clock is read before Stripe is: of two readings, the one that began later knows at least as much.
            var readAt = time.GetUtcNow().UtcDateTime;
            var account = await db.BillingAccounts.SingleOrDefaultAsync(a => a.Customer == customer, ct);
            if (account is null)
            {
                return "Its customer is not this organization's.";
            }

            var facts = await gateway.ReadAsync(customer, ct);
            if (facts is not null && facts.TenantId != db.TenantId)
            {
                return "Stripe's customer is marked as another organization's.";
            }

            if (account.ReadAt > readAt || await TrySaveAsync(db, account, facts, readAt, ct))
            {
                return null;
            }

            if (attempt == Attempts)
            {
                throw new StripeUnavailableException("The account is being changed by several at once. It is read again in a moment.");
            }
        }
    }

    private static async Task<bool> TrySaveAsync(PortalDbContext db, BillingAccount account, CustomerFacts? facts, DateTime readAt, CancellationToken ct)
    {
        var before = (account.PlanId, account.State);
        account.Take(facts?.Subscription, readAt);
        account.Take(facts?.Credit);
        if (before != (account.PlanId, account.State))
        {
            db.Audit("billing.changed", new AuditTarget("billing", account.Id, account.PlanId), $"{Words(account.PlanId, account.State)}. Before: {Words(before.PlanId, before.State)}.");
        }

        var known = await db.BillingInvoices.ToDictionaryAsync(i => i.Invoice, ct);
        foreach (var invoice in facts?.Invoices ?? [])
        {
            if (!known.TryGetValue(invoice.Id, out var mirrored))
            {
                mirrored = new BillingInvoice { Invoice = invoice.Id, CreatedAt = invoice.CreatedAt };
                db.BillingInvoices.Add(mirrored);
            }

            mirrored.Take(invoice);
        }

        try
        {
            await db.SaveChangesAsync(ct);
            return true;
        }
        catch (DbUpdateException)
        {
            // Another reading was saved meanwhile, or the same invoice was added.
            return false;
        }
    }

    private static string Words(string planId, SubscriptionState state) => $"plan {(planId is "" ? "none" : planId)}, {state}";
}
