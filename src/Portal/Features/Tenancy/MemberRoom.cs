using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>
/// The plan's room for those whom nobody invites: they are let in by a verified domain. Who finds none stands in the log, and the owners hear
/// of it, each at most once a day however often it is tried.
/// </summary>
internal sealed class MemberRoom(IEnumerable<IPlanLimits> limits, OwnerMail mail)
{
    private const string Refused = "member.no-room";

    private static readonly TimeSpan s_quiet = TimeSpan.FromDays(1);

    /// <summary>In the members' turn, so that of two who come at once the second is counted with the first.</summary>
    /// <returns>Null where there is room; else the letters to wake once the caller has committed.</returns>
    public async Task<IReadOnlyList<OutgoingMail>?> RefuseAsync(PortalDbContext db, User user, string domain, CancellationToken ct)
    {
        foreach (var limit in limits)
        {
            if (await limit.UseAsync(db, Limit.Members, ct) is { IsFull: true } use)
            {
                return await RefuseAsync(db, user, domain, use, ct);
            }
        }

        return null;
    }

    private async Task<IReadOnlyList<OutgoingMail>> RefuseAsync(PortalDbContext db, User user, string domain, LimitUse use, CancellationToken ct)
    {
        var since = db.Now - s_quiet;
        var told = await db.Set<AuditEntry>().AsNoTracking().Where(e => e.At >= since && e.Action == Refused).Select(e => e.TargetId).ToListAsync(ct);
        if (told.Contains(user.Id))
        {
            return [];
        }

        db.Audit(Refused, new AuditTarget("person", user.Id, user.Name), $"{use}. By the verified domain {domain}.", AuditOutcome.Denied);
        var letters = told.Count is 0 ? await WriteAsync(db, user, domain, use, ct) : [];
        await db.SaveChangesAsync(ct);
        return letters;
    }

    private async Task<IReadOnlyList<OutgoingMail>> WriteAsync(PortalDbContext db, User user, string domain, LimitUse use, CancellationToken ct)
    {
        var tenantId = db.TenantId;
        var organization = await db.Tenants.Where(t => t.Id == tenantId).Select(t => t.Name).SingleAsync(ct);
        return await mail.AddAsync(db, $"{organization} has no room for {user.Name}", $"""
            {user.Name} ({user.Email}) signed in by the verified domain {domain} and was not made a member: {organization} has {use} of its plan, open invitations counted.

            Choose a larger plan under Billing, remove a member or withdraw an invitation. They come in by signing in again; nothing else is to be done.

            This mail is sent at most once a day. Whoever else finds no room stands in the audit log.
            """, ct);
    }
}
