using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>Writes into one side's audit log what the other side did. Telling twice writes once: the act is marked in the same transaction.</summary>
public sealed class EngagementWorker(TenantScope scope, IDbContextFactory<PortalDbContext> dbs, TimeProvider time)
{
    public async Task RunAsync(string tenantId, string actId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.EngagementActs.SingleOrDefaultAsync(a => a.Id == actId && a.TellId == tenantId && a.ToldAt == null, ct) is not { } act)
        {
            return;
        }

        scope.ActAs(new Actor(act.ActorUserId, act.ActorName, act.Via, act.EngagementId));
        act.Told(time.GetUtcNow().UtcDateTime);
        db.Audit(act.Action, new AuditTarget("engagement", act.EngagementId, act.TargetName), act.Details);
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
