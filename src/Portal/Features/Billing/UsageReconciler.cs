using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Portal.Components;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Billing;

/// <summary>
/// Compares, meter by meter, what the ledger charged in a period with what Stripe counted. Where they are more than half a percent apart,
/// the customer's draft invoices wait: Stripe makes them final by itself an hour after the period, and this looks four times in an hour.
/// </summary>
public sealed class UsageReconciler(IDbContextFactory<PortalDbContext> dbs, StripeGateway gateway, TimeProvider time, ILogger<UsageReconciler> logger)
{
    public static readonly TimeSpan Every = TimeSpan.FromMinutes(15);

    /// <summary>A period that has ended is looked at for so long: its invoice is a draft for an hour.</summary>
    public static readonly TimeSpan Closing = TimeSpan.FromDays(3);

    /// <summary>Usage is told, and counted by Stripe, a little after it happened.</summary>
    private static readonly TimeSpan s_lag = TimeSpan.FromMinutes(10);

    /// <summary>In the organisation's scope, by whoever holds its lease. Does nothing where it was done a short while ago.</summary>
    internal async Task CheckAsync(string customer, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        await using var db = await dbs.CreateDbContextAsync(ct);
        var account = await db.BillingAccounts.AsNoTracking().SingleAsync(ct);
        if (account.ReconciledAt > now - Every || await PeriodsAsync(db, account, now, ct) is not { Count: > 0 } periods)
        {
            return;
        }

        if (account.Bought() is { } plan)
        {
            await gateway.CompleteAsync(account.Subscription, plan, ct);
        }

        foreach (var period in periods)
        {
            await CompareAsync(db, account, period, now, ct);
        }

        // Told to Stripe before it is saved: killed in between, the next look does both again.
        await gateway.HoldDraftsAsync(customer, periods.Any(p => p.IsApart), ct);
        await db.SaveChangesAsync(ct);
        await db.BillingAccounts.ExecuteUpdateAsync(a => a.SetProperty(x => x.ReconciledAt, now), ct);
    }

    private static async Task<List<UsageReconciliation>> PeriodsAsync(PortalDbContext db, BillingAccount account, DateTime now, CancellationToken ct)
    {
        if (account is not { PeriodStartAt: { } start, PeriodEndsAt: { } end })
        {
            return [];
        }

        var since = now - Closing;
        var periods = await db.UsageReconciliations.Where(r => r.PeriodEndsAt > since || r.IsApart).ToListAsync(ct);
        periods.Where(p => p.PeriodStartAt < start && p.PeriodEndsAt > start).ToList().ForEach(p => p.EndAt(start));
        foreach (var meter in Enum.GetValues<Meter>().Where(m => !periods.Exists(p => p.Meter == m && p.PeriodStartAt == start)))
        {
            periods.Add(db.UsageReconciliations.Add(new UsageReconciliation { Meter = meter, PeriodStartAt = start }).Entity);
        }

        periods.Where(p => p.PeriodStartAt == start).ToList().ForEach(p => p.EndAt(end));
        return periods;
    }

    private async Task CompareAsync(PortalDbContext db, BillingAccount account, UsageReconciliation period, DateTime now, CancellationToken ct)
    {
        var (from, until) = (Minute(period.PeriodStartAt), Minute(period.PeriodEndsAt < now - s_lag ? period.PeriodEndsAt : now - s_lag));
        // While a period runs, usage on its way is no fault; once it has ended, an invoice without it would be wrong.
        var isOnItsWay = await db.UsageReports.AnyAsync(
            r => r.Meter == period.Meter && r.UsedAt >= from && r.UsedAt < until && (r.State == UsageReportState.Waiting || r.State == UsageReportState.Sending), ct);
        if (until <= from || (isOnItsWay && now < period.PeriodEndsAt))
        {
            return;
        }

        var ledger = await db.UsageEvents.Where(u => u.Meter == period.Meter && u.At >= from && u.At < until && u.At >= account.BillableFromAt).SumAsync(u => u.AmountMicros, ct);
        var stripe = await gateway.SummaryAsync(account.Customer, period.Meter, from, until, ct);
        var percent = 100m * Math.Abs(ledger - stripe) / Math.Max(1, Math.Max(ledger, stripe));
        var words = string.Create(CultureInfo.InvariantCulture, $"{UsageWords.Of(period.Meter)} from {from:yyyy-MM-dd HH:mm} to {until:yyyy-MM-dd HH:mm} UTC: the ledger has {Show.Money(ledger, "USD")}, Stripe {Show.Money(stripe, "USD")}, {percent:0.##} % apart.");
        if (period.Take(ledger, stripe, $"{words} The organization's invoices wait as drafts.", now))
        {
            db.Audit(period.IsApart ? "billing.usage-apart" : "billing.usage-agrees", new AuditTarget("billing", account.Id, account.PlanId), words);
            logger.LogError("Usage of {Tenant} and Stripe's count are apart: {IsApart}, by {Micros}", account.TenantId, period.IsApart, ledger - stripe);
        }
    }

    // Stripe sums whole minutes.
    private static DateTime Minute(DateTime at) => new(at.Ticks - (at.Ticks % TimeSpan.TicksPerMinute), DateTimeKind.Utc);
}
