using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>Visits that are over by themselves and whose end nobody has written down. That they are over needs no writing down.</summary>
public sealed class BreakGlassSweep(IBackgroundJobClient jobs) : ISwept
{
    public async Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct)
    {
        var (sessions, admins, members) = (db.SignInSessions, db.Users, db.Members);
        var over = await db.BreakGlassVisits.AsNoTracking()
            .Where(v => v.EndedAt == null
                && (v.EndsAt <= now || !sessions.Any(s => s.Id == v.SessionId && s.EndedAt == null && s.ExpiresAt > now)
                    || !admins.Any(u => u.Id == v.AdminUserId && u.IsPlatformAdmin) || !members.Any(m => m.TenantId == v.TenantId && m.UserId == v.SubjectUserId)))
            .OrderBy(v => v.EndsAt).Take(50).Select(v => new OwnedId(v.TenantId, v.Id)).ToListAsync(ct);
        over.ForEach(v => jobs.Enqueue<BreakGlassWorker>(w => w.RunAsync(v.TenantId, v.Id, CancellationToken.None)));
        return over.Count;
    }
}
