using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Billing;

/// <summary>Usage that Stripe does not take, and usage that it has not been told of for an hour.</summary>
public sealed class FailedUsageReports(IBackgroundJobClient jobs) : IFailedWork
{
    private static readonly TimeSpan s_alarm = TimeSpan.FromHours(1);

    public string Kind => "Report of usage";

    public string WhyNotAgain => "Stripe said no to this event, or nobody can tell whether it arrived. Settle it in Stripe's dashboard by an invoice item.";

    public IQueryable<FailedItem> Of(PortalDbContext db) => db.UsageReports.Where(r => r.State == UsageReportState.Refused)
        .Select(r => new FailedItem { TenantId = r.TenantId, Id = r.Id, At = r.CreatedAt, Attempts = r.Attempts, Stored = r.Problem });

    public IQueryable<FailedItem> WaitingOf(PortalDbContext db, DateTime now)
    {
        var before = now - s_alarm;
        return db.UsageReports.Where(r => (r.State == UsageReportState.Waiting || r.State == UsageReportState.Sending) && r.UsedAt < before)
            .Select(r => new FailedItem { TenantId = r.TenantId, Id = r.Id, At = r.UsedAt, Attempts = r.Attempts, Stored = r.Problem });
    }

    // The portal's own words and Stripe's, neither of which quotes what was used.
    public string CauseOf(string stored) => stored is "" ? "Stripe has not been told yet." : stored;

    public async Task<Action?> AgainAsync(PortalDbContext db, string id, DateTime now, CancellationToken ct)
    {
        var tenantId = db.TenantId;
        return await db.UsageReports.AnyAsync(r => r.Id == id && (r.State == UsageReportState.Waiting || r.State == UsageReportState.Sending), ct)
            ? () => jobs.Enqueue<UsageReportWorker>(w => w.RunAsync(tenantId, CancellationToken.None)) : null;
    }
}
