using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>Why a session is over, as the audit log says it.</summary>
internal enum SessionEnd
{
    SignedOut,
    Replaced,
    FromAnotherDevice,
    ByProvider,
    ProviderOff,
}

/// <summary>Who a session, or an attempt at one, is of, and from where.</summary>
internal sealed record SessionPerson(string UserId, string Name, string? ProviderTenantId, string Address);

/// <summary>Sessions begin and end here on the caller's context, and what the organisations are to be told is saved with it.</summary>
internal static class SessionActs
{
    /// <summary>For each organisation the person belongs to, and the one whose own provider vouched.</summary>
    public static async Task<IReadOnlyList<OwnedId>> TellAsync(this PortalDbContext db, SessionPerson person, string action, AuditTarget target, string details, AuditOutcome outcome, CancellationToken ct)
    {
        var organizations = await db.Members.Where(m => m.UserId == person.UserId).Select(m => m.TenantId).ToListAsync(ct);
        var acts = organizations.Union(person.ProviderTenantId is { } own ? [own] : []).Select(tenantId => new SessionAct
        {
            TellTenantId = tenantId, Action = action, Outcome = outcome, ActorUserId = person.UserId, ActorName = person.Name, Address = person.Address,
            TargetKind = target.Kind, SubjectId = target.Id, TargetName = target.Name, Details = details, At = db.Now,
        }).ToList();
        db.SessionActs.AddRange(acts);
        return [.. acts.Select(a => new OwnedId(a.TellTenantId, a.Id))];
    }

    /// <summary>Ends each that still stands, once; within the caller's transaction, and not saved yet.</summary>
    public static async Task<(int Count, IReadOnlyList<OwnedId> Acts)> EndSessionsAsync(this PortalDbContext db, IQueryable<SignInSession> meant, SessionEnd why, CancellationToken ct)
    {
        var now = db.Now;
        var found = await (
            from session in meant.AsNoTracking()
            join user in db.Users on session.UserId equals user.Id
            where session.EndedAt == null && session.ExpiresAt > now
            select new { session.Id, session.UserId, session.UserAgent, session.Address, session.ProviderTenantId, user.Name }).ToListAsync(ct);
        var (count, acts) = (0, new List<OwnedId>());
        foreach (var session in found)
        {
            if (await db.SignInSessions.Where(s => s.Id == session.Id && s.EndedAt == null).ExecuteUpdateAsync(s => s.SetProperty(x => x.EndedAt, now), ct) is 1)
            {
                count++;
                var person = new SessionPerson(session.UserId, session.Name, session.ProviderTenantId, why is SessionEnd.SignedOut ? session.Address : "");
                acts.AddRange(await db.TellAsync(person, "session.ended", TargetOf(session.Id, session.UserAgent), WordsOf(why), AuditOutcome.Done, ct));
            }
        }

        return (count, acts);
    }

    public static AuditTarget TargetOf(string sessionId, string userAgent) => new("session", sessionId, DeviceWords.Of(userAgent));

    private static string WordsOf(SessionEnd why) => why switch
    {
        SessionEnd.SignedOut => "Signed out there.",
        SessionEnd.Replaced => "A new sign-in in the same browser took its place.",
        SessionEnd.FromAnotherDevice => "Signed out from another device.",
        SessionEnd.ByProvider => "The identity provider ended it.",
        SessionEnd.ProviderOff => "The identity provider was changed, switched off or removed.",
        _ => throw new ArgumentOutOfRangeException(nameof(why), why, null),
    };
}
