using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Billing;

/// <summary>
/// Tells Stripe what an organisation has used, one event after the other: Stripe takes one report at a time for each customer and meter.
/// Killed between sending and saving, it finds the event as sent: within a day the identifier makes the second telling harmless, later
/// Stripe's own sums say whether the first arrived.
/// </summary>
public sealed class UsageReportWorker(TenantScope scope, IDbContextFactory<PortalDbContext> dbs, StripeGateway gateway, UsageReconciler reconciler, SpendWatch watch, TimeProvider time, ILogger<UsageReportWorker> logger)
{
    private const int AtOnce = 200;

    private static readonly TimeSpan s_lease = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_late = TimeSpan.FromHours(1);
    private readonly string _token = Guid.NewGuid().ToString("N");

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public async Task RunAsync(string tenantId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        if (await LeaseAsync(ct) is not { } customer)
        {
            return;
        }

        var isAway = false;
        try
        {
            await CollectAsync(ct);
            await watch.CheckAsync(customer, ct);
            await SendAsync(customer, ct);
            await reconciler.CheckAsync(customer, ct);
        }
        catch (StripeUnavailableException away)
        {
            isAway = true;
            logger.LogWarning(away, "Usage of {Tenant} could not be reported", tenantId);
        }
        finally
        {
            // While Stripe is away the lease stays until it runs out: so long nobody asks again for this organisation.
            if (!isAway)
            {
                await ReleaseAsync();
            }
        }
    }

    /// <summary>Usage since the subscription began that nobody has taken up yet.</summary>
    private async Task CollectAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var reports = db.UsageReports;
        var since = await db.BillingAccounts.Select(a => new { a.BillableFromAt, a.CollectedUntilAt }).SingleAsync(ct);
        var from = since.CollectedUntilAt > since.BillableFromAt ? since.CollectedUntilAt : since.BillableFromAt;
        var fresh = await db.UsageEvents.AsNoTracking().Where(u => u.At >= from && u.AmountMicros > 0 && !reports.Any(r => r.UsageId == u.Id))
            .OrderBy(u => u.At).ThenBy(u => u.Id).Take(AtOnce).ToListAsync(ct);
        db.UsageReports.AddRange(fresh.Select(u => new UsageReport { UsageId = u.Id, Meter = u.Meter, Value = u.AmountMicros, UsedAt = u.At, CreatedAt = Now }));
        await db.SaveChangesAsync(ct);
        if (fresh.Count < AtOnce)
        {
            // Nobody has to look further back again than a fact may be on its way to the ledger.
            var until = Now - s_late;
            await db.BillingAccounts.ExecuteUpdateAsync(a => a.SetProperty(x => x.CollectedUntilAt, until), ct);
        }
    }

    private async Task SendAsync(string customer, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var open = await db.UsageReports.Where(r => r.State == UsageReportState.Waiting || r.State == UsageReportState.Sending)
            .OrderBy(r => r.UsedAt).ThenBy(r => r.Id).Take(AtOnce).ToListAsync(ct);
        foreach (var report in open)
        {
            if (!await RenewAsync(ct) || !await TellAsync(db, report, customer, ct))
            {
                return;
            }
        }
    }

    /// <summary>False where the others have to wait as well.</summary>
    private async Task<bool> TellAsync(PortalDbContext db, UsageReport report, string customer, CancellationToken ct)
    {
        if (report.IsTooLateToRepeat(Now))
        {
            return await FindOutAsync(db, report, customer, ct);
        }

        if (report.UsedAt + UsageReport.Oldest <= Now)
        {
            report.Refuse("It is older than the 35 days that Stripe takes. It has to be invoiced by hand.");
            logger.LogError("Usage {Usage} was not reported in time", report.UsageId);
            await db.SaveChangesAsync(ct);
            return true;
        }

        var isFirst = report.State is UsageReportState.Waiting;
        report.Begin(Now);
        await db.SaveChangesAsync(ct);
        var (answer, words) = await gateway.ReportAsync(customer, report, ct);
        switch (answer)
        {
            case ReportAnswer.Taken:
                report.Delivered();
                break;
            case ReportAnswer.Refused:
                // Of this event, and not of those after it.
                report.Refuse(words);
                logger.LogError("Stripe refuses usage {Usage}: {Words}", report.UsageId, words);
                break;
            case ReportAnswer.Busy when isFirst:
                report.PutBack(words);
                break;
            default:
                report.Unknown(words);
                break;
        }

        await db.SaveChangesAsync(ct);
        return answer is ReportAnswer.Taken or ReportAnswer.Refused;
    }

    /// <summary>Never sent again blindly: what Stripe counted in that minute says whether it arrived.</summary>
    private async Task<bool> FindOutAsync(PortalDbContext db, UsageReport report, string customer, CancellationToken ct)
    {
        var start = new DateTime(report.UsedAt.Ticks - (report.UsedAt.Ticks % TimeSpan.TicksPerMinute), DateTimeKind.Utc);
        var end = start.AddMinutes(1);
        var there = await gateway.SummaryAsync(customer, report.Meter, start, end, ct);
        var known = await db.UsageReports.Where(r => r.Meter == report.Meter && r.UsedAt >= start && r.UsedAt < end && r.State == UsageReportState.Delivered).SumAsync(r => r.Value, ct);
        var open = await db.UsageReports.Where(r => r.Meter == report.Meter && r.UsedAt >= start && r.UsedAt < end && r.State == UsageReportState.Sending).ToListAsync(ct);
        if (there == known)
        {
            // None of them arrived.
            open.ForEach(r => r.PutBack(""));
        }
        else if (there == known + open.Sum(r => r.Value))
        {
            open.ForEach(r => r.Delivered());
        }
        else
        {
            open.ForEach(r => r.Refuse($"Whether it arrived cannot be told: Stripe counts {there} in its minute, of which {known} is accounted for. Settle it by hand."));
            logger.LogError("Usage of {Tenant} in the minute of {Start} cannot be reconciled with Stripe", scope.TenantId, start);
        }

        await db.SaveChangesAsync(ct);
        return true;
    }

    private async Task<string?> LeaseAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var account = await db.BillingAccounts.SingleOrDefaultAsync(ct);
        return account is { IsBillable: true } && account.TryLease(_token, Now, s_lease) && await db.TrySaveAsync(ct) ? account.Customer : null;
    }

    private async Task<bool> RenewAsync(CancellationToken ct)
    {
        var (now, until) = (Now, Now + s_lease);
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.BillingAccounts.Where(a => a.LeaseToken == _token && a.LeaseUntil > now).ExecuteUpdateAsync(a => a.SetProperty(x => x.LeaseUntil, until), ct) is 1;
    }

    private async Task ReleaseAsync()
    {
        // Also while the process is stopping: else nobody reports until the lease runs out.
        await using var db = await dbs.CreateDbContextAsync(CancellationToken.None);
        await db.BillingAccounts.Where(a => a.LeaseToken == _token).ExecuteUpdateAsync(a => a.SetProperty(x => x.LeaseToken, "").SetProperty(x => x.LeaseUntil, (DateTime?)null), CancellationToken.None);
    }
}
