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
    /// <summary>No organisation's id: whoever's provider it was.</summary>
    private const string AnyWay = "*";

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
    /// <param name="userId">The person.</param>
    /// <param name="providerTenantId">The organisation whose own provider vouched for the session; null is the platform's.</param>
    /// <param name="ct">Ends it.</param>
    public async Task<IReadOnlyList<Membership>> MembershipsAsync(string userId, string? providerTenantId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var own = await OwnOf(db, userId, null, providerTenantId).ToListAsync(ct);
        var visits = (await VisitsAsync(db, userId, null, providerTenantId, ct)).Where(v => own.All(o => o.TenantId != v.TenantId)).DistinctBy(v => v.TenantId);
        return [.. own.Concat(visits).OrderBy(m => m.TenantName, StringComparer.CurrentCultureIgnoreCase)];
    }

    /// <summary>Null both where the organisation does not exist and where the person has no business there. Members enter as members.</summary>
    /// <param name="userId">The person.</param>
    /// <param name="slug">The organisation's name in addresses.</param>
    /// <param name="providerTenantId">The organisation whose own provider vouched for the session; null is the platform's.</param>
    /// <param name="ct">Ends it.</param>
    /// <param name="sessionId">The session that asks. A break-glass visit belongs to one, so without it, in a worker for one, there is none.</param>
    public async Task<Membership?> FindMembershipAsync(string userId, string slug, string? providerTenantId, CancellationToken ct, string? sessionId = null)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await OwnOf(db, userId, slug, providerTenantId).SingleOrDefaultAsync(ct)
            ?? (await VisitsAsync(db, userId, slug, providerTenantId, ct)).FirstOrDefault()
            ?? (sessionId is null || providerTenantId is not null ? null : await BreakGlassAsync(db, userId, slug, sessionId, ct));
    }

    /// <summary>The same by the organisation's id, for a worker, which knows no address, and no session either: how the person signed in was asked when they began the work.</summary>
    public async Task<Membership?> FindMembershipInAsync(string userId, string tenantId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.Tenants.Where(t => t.Id == tenantId).Select(t => t.Slug).SingleOrDefaultAsync(ct) is { } slug ? await FindMembershipAsync(userId, slug, AnyWay, ct) : null;
    }

    /// <summary>Organisations the person belongs to and sees only after signing in with a provider of theirs: the name, and that provider.</summary>
    public async Task<IReadOnlyList<(string Name, string ProviderId)>> ClosedAsync(string userId, string? providerTenantId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var found = await (
            from member in db.Members.AsNoTracking()
            join tenant in db.Tenants on member.TenantId equals tenant.Id
            join index in db.IdentityProviderIndex on tenant.Id equals index.TenantId
            where member.UserId == userId && tenant.RequiresOwnProvider && tenant.Id != providerTenantId && member.Role != MemberRole.Owner
            orderby tenant.Name, index.SwitchedOnAt
            select new { tenant.Name, index.ProviderId }).ToListAsync(ct);
        return [.. found.DistinctBy(f => f.Name).Select(f => (f.Name, f.ProviderId))];
    }

    private static IQueryable<Membership> OwnOf(PortalDbContext db, string userId, string? slug, string? providerTenantId) =>
        from member in db.Members.AsNoTracking()
        join tenant in db.Tenants on member.TenantId equals tenant.Id
        where member.UserId == userId && tenant.ClosedAt == null && (slug == null || tenant.Slug == slug)
            // An organisation may insist on its own provider; its owners keep every way in.
            && (!tenant.RequiresOwnProvider || tenant.Id == providerTenantId || providerTenantId == AnyWay || member.Role == MemberRole.Owner)
        select new Membership(tenant.Id, tenant.Name, tenant.Slug, tenant.Kind, member.Role) { SuspensionReason = tenant.SuspendedAt == null ? null : tenant.SuspensionReason };

    /// <summary>
    /// By a consultancy: approved and within its dates, for somebody who is named and still works for clients there, while neither
    /// side is suspended. Nobody is more than a viewer by role; what counts is the access, which is what was granted.
    /// </summary>
    private async Task<IEnumerable<Membership>> VisitsAsync(PortalDbContext db, string userId, string? slug, string? providerTenantId, CancellationToken ct)
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
                && (!consultancy.RequiresOwnProvider || consultancy.Id == providerTenantId || providerTenantId == AnyWay || member.Role == MemberRole.Owner)
            orderby engagement.ApprovedAt, engagement.Id
            select new { member.Role, Engagement = engagement, Consultancy = consultancy.Name, client.Id, client.Name, client.Slug, client.Kind }).ToListAsync(ct);
        return from visit in found
               where visit.Engagement.Admits(userId, now) && Permissions.Of(visit.Role).Contains(Permission.WorkForClients)
               select new Membership(visit.Id, visit.Name, visit.Slug, visit.Kind, MemberRole.Viewer)
               {
                   Access = new Access(AccessKind.Consultant, visit.Engagement.Permissions, visit.Engagement.ProjectIds, visit.Consultancy, visit.Engagement.Id, visit.Engagement.EndsAt),
               };
    }

    /// <summary>
    /// By a break-glass visit that runs: of this very session, which stands, of somebody who administrates the platform still, in the place of
    /// somebody who is a member still. A suspended organisation may be visited, one that is being erased may not.
    /// </summary>
    private async Task<Membership?> BreakGlassAsync(PortalDbContext db, string userId, string slug, string sessionId, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var found = await (
            from visit in db.BreakGlassVisits.AsNoTracking()
            join tenant in db.Tenants on visit.TenantId equals tenant.Id
            join admin in db.Users on visit.AdminUserId equals admin.Id
            join session in db.SignInSessions on visit.SessionId equals session.Id
            join subject in db.Members on new { visit.TenantId, UserId = visit.SubjectUserId } equals new { subject.TenantId, subject.UserId }
            where visit.AdminUserId == userId && visit.SessionId == sessionId && visit.EndedAt == null && visit.StartedAt <= now && visit.EndsAt > now
                && admin.IsPlatformAdmin && session.UserId == userId && session.ProviderTenantId == null && session.EndedAt == null && session.ExpiresAt > now
                && tenant.Slug == slug && tenant.ClosedAt == null
            orderby visit.StartedAt descending
            select new { Visit = visit, subject.Role, tenant.Name, tenant.Slug, tenant.Kind }).FirstOrDefaultAsync(ct);
        return found is null ? null : new Membership(found.Visit.TenantId, found.Name, found.Slug, found.Kind, MemberRole.Viewer)
        {
            Access = new Access(
                AccessKind.BreakGlass, Permissions.ForBreakGlass.Intersect(Permissions.Of(found.Role)).ToHashSet(), null, found.Visit.Via, found.Visit.Id, found.Visit.EndsAt)
            {
                SubjectName = found.Visit.SubjectName,
            },
        };
    }
}
