using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Billing;

public sealed record InvoiceRow(string Id, string Number, string Status, long TotalCents, long DueCents, string Currency, DateTime CreatedAt, DateTime? NextAttemptAt, string PageUrl, string PdfUrl)
{
    public long DiscountCents { get; init; }

    public long CreditCents { get; init; }

    public long TaxCents { get; init; }
}

/// <summary>What the plan page shows.</summary>
public sealed record PlanView(
    Plan Plan, SubscriptionState State, bool IsOnSale, bool IsPractice, int TrialDays, DateTime? TrialEndsAt, DateTime? PeriodEndsAt, DateTime? EndsAt,
    IReadOnlyList<LimitUse> Uses, IReadOnlyList<InvoiceRow> Invoices)
{
    public string Discount { get; init; } = "";

    public DateTime? DiscountEndsAt { get; init; }

    public long CreditCents { get; init; }

    public DateTime? CreditExpiresAt { get; init; }

    public SpendWatchState? Watch { get; init; }

    public bool IsSubscribed => State.IsRunning();
}

/// <summary>The organisation's plan: seen by whoever sees costs, changed by owners, admins and billing.</summary>
public sealed class PlanService(
    IDbContextFactory<PortalDbContext> dbs, StripeGateway gateway, AccountMirror mirror, EntitlementService entitlements, IOptions<BillingOptions> options, CurrentMember current, TenantScope scope)
{
    public const int MostInvoices = 25;

    public async Task<PlanView> ReadAsync(CancellationToken ct)
    {
        current.Require(Permission.ViewBilling);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var account = await db.BillingAccounts.AsNoTracking().SingleOrDefaultAsync(ct);
        var plan = await entitlements.PlanAsync(db, ct);
        var invoices = await db.BillingInvoices.AsNoTracking().OrderByDescending(i => i.CreatedAt).ThenBy(i => i.Id).Take(MostInvoices)
            .Select(i => new InvoiceRow(i.Id, i.Number, i.Status, i.TotalCents, i.DueCents, i.Currency, i.CreatedAt, i.NextAttemptAt, i.PageUrl, i.PdfUrl) { DiscountCents = i.DiscountCents, CreditCents = i.CreditCents, TaxCents = i.TaxCents })
            .ToListAsync(ct);
        return new PlanView(
            plan, account?.State ?? SubscriptionState.None, gateway.IsConfigured, gateway.IsPractice, TrialDaysOf(account), account?.TrialEndsAt, account?.PeriodEndsAt, account?.EndsAt,
            await entitlements.UsesAsync(db, plan, ct), invoices)
        {
            Discount = account?.DiscountEndsAt < db.Now ? "" : account?.Discount ?? "", DiscountEndsAt = account?.DiscountEndsAt, CreditCents = account?.CreditCents ?? 0,
            CreditExpiresAt = account?.CreditExpiresAt, Watch = account is null ? null : await SpendWatch.StateAsync(db, account, ct),
        };
    }

    /// <summary>Where to go to pay for a plan. An organisation that pays already is given the other plan at once, and stays where it is.</summary>
    /// <param name="chosen">One of those offered.</param>
    /// <param name="backTo">The plan page as the person's browser knows it.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<string> ChooseAsync(string chosen, string backTo, CancellationToken ct)
    {
        current.Require(Permission.ManageBilling);
        var plan = Plans.Offered.FirstOrDefault(p => p.Id == chosen) ?? throw new PortalException("There is no such plan any more. Load the page again and choose one from the list.");
        var account = await RequireAccountAsync(ct);
        await mirror.ReadAsync(account.Customer, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        account = await db.BillingAccounts.SingleAsync(ct);
        if (account.State is SubscriptionState.Trialing or SubscriptionState.Active or SubscriptionState.PastDue)
        {
            await gateway.ChangePlanAsync(account.Subscription, plan, ct);
            db.Audit("billing.plan-chosen", new AuditTarget("billing", account.Id, plan.Name), "Changed at Stripe; the rest of the month is settled on the next invoice.");
            await db.SaveChangesAsync(ct);
            await mirror.ReadAsync(account.Customer, ct);
            return backTo;
        }

        if (account.State is SubscriptionState.Unpaid)
        {
            throw new PortalException("An invoice is unpaid. Pay it first: it is in the list of invoices below. The plan can be changed right after.");
        }

        var page = await gateway.CheckoutAsync(account.Customer, account.TenantId, plan, TrialDaysOf(account), backTo, account.Subscription, ct);
        db.Audit("billing.checkout-opened", new AuditTarget("billing", account.Id, plan.Name));
        await db.SaveChangesAsync(ct);
        return page;
    }

    /// <summary>Where cards, invoices and cancelling are: Stripe's own page, for this organisation.</summary>
    public async Task<string> OpenPortalAsync(string backTo, CancellationToken ct)
    {
        current.Require(Permission.ManageBilling);
        var account = await RequireAccountAsync(ct);
        return await gateway.PortalAsync(account.Customer, backTo, ct);
    }

    /// <summary>Reads at Stripe what holds now, without waiting for its message: after a person came back from paying.</summary>
    public async Task RefreshAsync(CancellationToken ct)
    {
        current.Require(Permission.ManageBilling);
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (gateway.IsConfigured && await db.BillingAccounts.AsNoTracking().SingleOrDefaultAsync(ct) is { Customer: not "" } account && await mirror.ReadAsync(account.Customer, ct) is { } refusal)
        {
            throw new PortalException($"{refusal} Write to those who run the portal.");
        }
    }

    private int TrialDaysOf(BillingAccount? account) => account?.BillableFromAt is null ? options.Value.TrialDays : 0;

    /// <summary>The organisation's account, made with its customer at Stripe the first time. Two at once make one.</summary>
    private async Task<BillingAccount> RequireAccountAsync(CancellationToken ct)
    {
        var tenantId = scope.TenantId;
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.BillingAccounts.AsNoTracking().SingleOrDefaultAsync(ct) is { Customer: not "" } known)
        {
            return known;
        }

        var tenant = await db.Tenants.AsNoTracking().SingleAsync(t => t.Id == tenantId, ct);
        var customer = await gateway.CreateCustomerAsync(tenant, ct);
        var account = new BillingAccount();
        account.Become(customer);
        db.BillingAccounts.Add(account);
        db.StripeCustomers.Add(new StripeCustomer { Customer = customer, TenantId = tenantId });
        db.Audit("billing.account-opened", new AuditTarget("billing", account.Id, tenant.Name), $"Customer {customer}");
        try
        {
            await db.SaveChangesAsync(ct);
            return account;
        }
        catch (DbUpdateException)
        {
            // The other one made it: the same customer, since Stripe was asked under the same key.
            await using var again = await dbs.CreateDbContextAsync(ct);
            return await again.BillingAccounts.AsNoTracking().SingleAsync(ct);
        }
    }
}
