using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>Writes an admin's act into the platform's log. Telling twice writes once: the act is marked in the same transaction.</summary>
public sealed class PlatformActWorker(TenantScope scope, IDbContextFactory<PortalDbContext> dbs, TimeProvider time)
{
    /// <param name="tenantId">Always <see cref="PlatformLog.Id"/>.</param>
    /// <param name="actId">The act to tell.</param>
    /// <param name="ct">Cancels.</param>
    public async Task RunAsync(string tenantId, string actId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.PlatformActs.SingleOrDefaultAsync(a => a.Id == actId && a.ToldAt == null, ct) is not { } act || tenantId is not PlatformLog.Id)
        {
            return;
        }

        scope.ActAs(new Actor(act.ActorUserId, act.ActorName, Address: act.Address));
        act.Told(time.GetUtcNow().UtcDateTime);
        db.Audit(act.Action, new AuditTarget("organization", act.TargetId, act.TargetName), act.Details);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            // Another telling of the same act came first; with it went this entry.
        }
    }
}
