using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Deploy;

/// <summary>Ends a shadow run whose days are over. Running it twice changes nothing more.</summary>
public sealed class ShadowWorker(TenantScope scope, IDbContextFactory<PortalDbContext> dbs)
{
    public async Task RunAsync(string tenantId, string shadowRunId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await Due(db, db.Now).AnyAsync(r => r.Id == shadowRunId, ct))
        {
            await ShadowMoves.EndAsync(db, shadowRunId, "Its days are over.", ct);
        }
    }

    internal static IQueryable<ShadowRun> Due(PortalDbContext db, DateTime now) => db.ShadowRuns.Where(r => r.State == ShadowState.Running && r.EndsAt <= now);
}

public sealed class ShadowSweep(IBackgroundJobClient work) : ISwept
{
    public Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct) =>
        ShadowWorker.Due(db, now).OrderBy(r => r.EndsAt).WakeAsync(r => work.Enqueue<ShadowWorker>(w => w.RunAsync(r.TenantId, r.Id, CancellationToken.None)), ct);
}
