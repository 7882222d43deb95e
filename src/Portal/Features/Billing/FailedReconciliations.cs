using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Billing;

/// <summary>Periods in which the ledger and Stripe are apart: their invoices wait.</summary>
public sealed class FailedReconciliations(IBackgroundJobClient jobs) : IFailedWork
{
    public string Kind => "Reconciliation of usage";

    public string? WhyNotAgain => null;

    public IQueryable<FailedItem> Of(PortalDbContext db) => db.UsageReconciliations.Where(r => r.IsApart)
        .Select(r => new FailedItem { TenantId = r.TenantId, Id = r.Id, At = r.CheckedAt, Stored = r.Problem });

    // The portal's own words: two sums, and of which meter.
    public string CauseOf(string stored) => stored;

    public async Task<Action?> AgainAsync(PortalDbContext db, string id, DateTime now, CancellationToken ct)
    {
        var tenantId = db.TenantId;
        if (!await db.UsageReconciliations.AnyAsync(r => r.Id == id && r.IsApart, ct))
        {
            return null;
        }

        (await db.BillingAccounts.SingleAsync(ct)).ReconcileSoon();
        return () => jobs.Enqueue<UsageReportWorker>(w => w.RunAsync(tenantId, CancellationToken.None));
    }
}
