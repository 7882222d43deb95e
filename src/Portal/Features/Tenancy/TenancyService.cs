using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>An organisation that somebody may enter, and what they may do there.</summary>
public sealed record Membership(string TenantId, string TenantName, string Slug, TenantKind Kind, MemberRole Role)
{
    public Access Access { get; init; } = Access.Of(Role);

    /// <summary>Why its members may not work in it at present; null while they may.</summary>
    public string? SuspensionReason { get; init; }
}

public sealed class TenancyService(IDbContextFactory<PortalDbContext> dbs, TimeProvider time)
{
    /// <summary>Finds the person behind a verified sign-in, or makes them known.</summary>
    internal async Task<User> SignInAsync(string issuer, string subject, PersonClaims person, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        await using var db = await dbs.CreateDbContextAsync(ct);
        var user = await db.Users.SingleOrDefaultAsync(u => u.Issuer == issuer && u.Subject == subject, ct);
        if (user is null)
        {
            user = new User { Issuer = issuer, Subject = subject, CreatedAt = now };
            db.Users.Add(user);
        }

        user.SignedIn(person.Name, person.Email, person.IsEmailVerified, now);
        await db.SaveChangesAsync(ct);
        return user;
    }

    /// <summary>Where the person is a member, and the clients that a running engagement opens.</summary>
    public async Task<IReadOnlyList<Membership>> MembershipsAsync(string userId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var own = await OwnOf(db, userId, null).ToListAsync(ct);
        var visits = (await VisitsAsync(db, userId, null, ct)).Where(v => own.All(o => o.TenantId != v.TenantId)).DistinctBy(v => v.TenantId);
        return [.. own.Concat(visits).OrderBy(m => m.TenantName, StringComparer.CurrentCultureIgnoreCase)];
    }

    /// <summary>Null both where the organisation does not exist and where the person has no business there. Members enter as members.</summary>
    public async Task<Membership?> FindMembershipAsync(string userId, string slug, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await OwnOf(db, userId, slug).SingleOrDefaultAsync(ct) ?? (await VisitsAsync(db, userId, slug, ct)).FirstOrDefault();
    }

    /// <summary>The same by the organisation's id, for a worker, which knows no address.</summary>
    public async Task<Membership?> FindMembershipInAsync(string userId, string tenantId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.Tenants.Where(t => t.Id == tenantId).Select(t => t.Slug).SingleOrDefaultAsync(ct) is { } slug ? await FindMembershipAsync(userId, slug, ct) : null;
    }

    private static IQueryable<Membership> OwnOf(PortalDbContext db, string userId, string? slug) =>
        from member in db.Members.AsNoTracking()
        join tenant in db.Tenants on member.TenantId equals tenant.Id
        where member.UserId == userId && tenant.ClosedAt == null && (slug == null || tenant.Slug == slug)
        select new Membership(tenant.Id, tenant.Name, tenant.Slug, tenant.Kind, member.Role) { SuspensionReason = tenant.SuspendedAt == null ? null : tenant.SuspensionReason };

    /// <summary>
    /// By a consultancy: approved and within its dates, for somebody who is named and still works for clients there, while neither
    /// side is suspended. Nobody is more than a viewer by role; what counts is the access, which is what was granted.
    /// </summary>
    private async Task<IEnumerable<Membership>> VisitsAsync(PortalDbContext db, string userId, string? slug, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var found = await (
            from member in db.Members.AsNoTracking()
            join engagement in db.Engagements on member.TenantId equals engagement.ConsultancyId
            join consultancy in db.Tenants on member.TenantId equals consultancy.Id
            join client in db.Tenants on engagement.ClientId equals client.Id
            where member.UserId == userId && engagement.State == EngagementState.Approved && engagement.StartsAt <= now && engagement.EndsAt > now
                && client.SuspendedAt == null && consultancy.SuspendedAt == null
                && client.ClosedAt == null && consultancy.ClosedAt == null && (slug == null || client.Slug == slug)
            orderby engagement.ApprovedAt, engagement.Id
            select new { member.Role, Engagement = engagement, Consultancy = consultancy.Name, client.Id, client.Name, client.Slug, client.Kind }).ToListAsync(ct);
        return from visit in found
               where visit.Engagement.Admits(userId, now) && Permissions.Of(visit.Role).Contains(Permission.WorkForClients)
               select new Membership(visit.Id, visit.Name, visit.Slug, visit.Kind, MemberRole.Viewer)
               {
                   Access = new Access(AccessKind.Consultant, visit.Engagement.Permissions, visit.Engagement.ProjectIds, visit.Consultancy, visit.Engagement.Id, visit.Engagement.EndsAt),
               };
    }
}
