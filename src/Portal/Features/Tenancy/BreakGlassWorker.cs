using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>Writes down that a visit ended by itself, and why. Running twice writes once.</summary>
public sealed class BreakGlassWorker(TenantScope scope, IDbContextFactory<PortalDbContext> dbs, BreakGlassService visits, TimeProvider time)
{
    public async Task RunAsync(string tenantId, string visitId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        if (await WhyOverAsync(tenantId, visitId, ct) is { } why)
        {
            await visits.EndAsync(visitId, why, ct);
        }
    }

    private async Task<BreakGlassEnd?> WhyOverAsync(string tenantId, string visitId, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.BreakGlassVisits.AsNoTracking().SingleOrDefaultAsync(v => v.Id == visitId && v.TenantId == tenantId && v.EndedAt == null, ct) is not { } visit)
        {
            return null;
        }

        return visit.EndsAt <= now ? BreakGlassEnd.TimeOver
            : !await db.SignInSessions.AnyAsync(s => s.Id == visit.SessionId && s.EndedAt == null && s.ExpiresAt > now, ct) ? BreakGlassEnd.SessionOver
            : !await db.Users.AnyAsync(u => u.Id == visit.AdminUserId && u.IsPlatformAdmin, ct)
                || !await db.Members.AnyAsync(m => m.TenantId == tenantId && m.UserId == visit.SubjectUserId, ct) ? BreakGlassEnd.RightGone
            : null;
    }
}
