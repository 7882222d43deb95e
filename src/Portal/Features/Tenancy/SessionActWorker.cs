using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>Writes into an organisation's audit log that somebody signed in or out. The act goes in the transaction of the entry, so that telling twice writes once.</summary>
public sealed class SessionActWorker(TenantScope scope, IDbContextFactory<PortalDbContext> dbs)
{
    private static readonly TimeSpan s_prompt = TimeSpan.FromMinutes(1);

    public async Task RunAsync(string tenantId, string actId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.SessionActs.SingleOrDefaultAsync(a => a.Id == actId && a.TellTenantId == tenantId, ct) is not { } act)
        {
            return;
        }

        scope.ActAs(new Actor(act.ActorUserId, act.ActorName, Address: act.Address));
        db.SessionActs.Remove(act);
        // An organisation that was erased in between has no log to tell.
        if (await db.Tenants.AnyAsync(t => t.Id == tenantId, ct))
        {
            var late = db.Now - act.At > s_prompt ? $" It was at {act.At:yyyy-MM-dd HH:mm:ss} UTC." : "";
            db.Audit(act.Action, new AuditTarget(act.TargetKind, act.SubjectId, act.TargetName), act.Details + late, act.Outcome);
        }

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
