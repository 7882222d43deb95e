using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>How a consultant came in: onto a page, or by the figures on the client board.</summary>
public enum VisitKind
{
    Page,
    Board,
}

/// <summary>
/// A consultant's visit, once an hour, in the client's log before anything of the client is shown, and in the consultancy's a moment
/// later. Where it cannot be written down, nobody enters.
/// </summary>
public sealed class VisitService(IDbContextFactory<PortalDbContext> dbs, TenantScope scope, IBackgroundJobClient jobs, TimeProvider time)
{
    public async Task RecordAsync(Membership visit, Actor actor, VisitKind kind, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var (engagementId, key) = (visit.Access.ViaId, $"{kind}:{actor.UserId}:{now:yyyyMMddHH}");
        scope.Enter(visit.TenantId);
        scope.ActAs(actor);
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await IsRecordedAsync(db, engagementId, key, ct)
            || await db.Engagements.AsNoTracking().SingleOrDefaultAsync(e => e.Id == engagementId, ct) is not { ConsultancyId: { } consultancyId })
        {
            return;
        }

        var action = kind is VisitKind.Page ? "consultant.visited" : "consultant.read-figures";
        var act = new EngagementAct
        {
            EngagementId = engagementId, TellId = consultancyId, OnceKey = key, Action = action, ActorUserId = actor.UserId, ActorName = actor.Name,
            TargetName = visit.TenantName, At = now,
        };
        db.EngagementActs.Add(act);
        db.Audit(action, new AuditTarget("engagement", engagementId, visit.Access.Via), $"Until {visit.Access.Until:yyyy-MM-dd HH:mm} UTC");
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException)
        {
            // Two pages opened at once: the other one wrote it down. Anything else keeps the visitor out.
            await using var again = await dbs.CreateDbContextAsync(ct);
            if (!await IsRecordedAsync(again, engagementId, key, ct))
            {
                throw;
            }

            return;
        }

        jobs.Enqueue<EngagementWorker>(w => w.RunAsync(consultancyId, act.Id, CancellationToken.None));
    }

    private static Task<bool> IsRecordedAsync(PortalDbContext db, string engagementId, string key, CancellationToken ct) =>
        db.EngagementActs.AnyAsync(a => a.EngagementId == engagementId && a.OnceKey == key, ct);
}
