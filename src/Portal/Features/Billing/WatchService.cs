using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Billing;

/// <summary>Decides for the organisation in scope whether its account is watched. By the platform alone.</summary>
public sealed class WatchService(IDbContextFactory<PortalDbContext> dbs, TenantScope scope, PlatformLogService platform, IBackgroundJobClient jobs)
{
    public async Task SetAsync(AccountWatch watch, CancellationToken ct)
    {
        if (scope.Actor.Via is not PlatformLog.Via)
        {
            throw new InvalidOperationException("Only the platform decides which accounts are watched.");
        }

        await using var db = await dbs.CreateDbContextAsync(ct);
        var tenantId = scope.TenantId;
        var tenant = await db.Tenants.SingleOrDefaultAsync(t => t.Id == tenantId, ct) ?? throw new NotFoundException("organization");
        var account = await db.BillingAccounts.SingleOrDefaultAsync(ct)
            ?? throw new PortalException($"{tenant.Name} has bought nothing yet, so there is nothing to watch. Whoever has paid no invoice is watched from the first day.");
        var before = account.Watch;
        account.SetWatch(watch);
        account.ReconcileSoon();
        var told = db.AuditForPlatform("billing.watch-set", tenant, $"{SubscriptionWords.Of(watch)}. Before: {SubscriptionWords.Of(before)}.");
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            throw new PortalException($"The account of {tenant.Name} was changed at this moment, so nothing was done. Load the page again.");
        }

        jobs.Enqueue<UsageReportWorker>(w => w.RunAsync(tenantId, CancellationToken.None));
        platform.Wake(told);
    }
}
