using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Billing;

/// <summary>Organisations that pay and have used what Stripe has not been told of, or are to be compared with it. Usage wakes nobody by itself: this is how it is found.</summary>
public sealed class UsageReportSweep(IBackgroundJobClient jobs) : ISwept
{
    private const int AtOnce = 200;

    public async Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct)
    {
        var (before, compared, closing) = (now - LostWork.Grace, now - UsageReconciler.Every, now - UsageReconciler.Closing);
        var (reports, used) = (db.UsageReports, db.UsageEvents);
        var untold = await db.BillingAccounts.AsNoTracking()
            .Where(a => a.BillableFromAt != null && a.Customer != "" && (a.LeaseUntil == null || a.LeaseUntil < now))
            .Where(a => reports.Any(r => r.TenantId == a.TenantId && (r.State == UsageReportState.Waiting || r.State == UsageReportState.Sending))
                || (a.PeriodStartAt != null && a.PeriodEndsAt > closing && (a.ReconciledAt == null || a.ReconciledAt < compared))
                || used.Any(u => u.TenantId == a.TenantId && u.At >= a.BillableFromAt && (a.CollectedUntilAt == null || u.At >= a.CollectedUntilAt) && u.At < before && u.AmountMicros > 0
                    && !reports.Any(r => r.TenantId == u.TenantId && r.UsageId == u.Id)))
            .OrderBy(a => a.Id).Take(AtOnce).Select(a => a.TenantId).ToListAsync(ct);
        untold.ForEach(tenantId => jobs.Enqueue<UsageReportWorker>(w => w.RunAsync(tenantId, CancellationToken.None)));
        return untold.Count;
    }
}
