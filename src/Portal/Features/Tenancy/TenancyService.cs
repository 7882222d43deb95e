using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>An organisation that somebody may enter, and what they may do there.</summary>
public sealed record Membership(string TenantId, string TenantName, string Slug, TenantKind Kind, MemberRole Role)
{
    public Access Access { get; init; } = Access.Of(Role);
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

    public async Task<IReadOnlyList<Membership>> MembershipsAsync(string userId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await (
            from member in db.Members.AsNoTracking()
            join tenant in db.Tenants on member.TenantId equals tenant.Id
            where member.UserId == userId
            orderby tenant.Name
            select new Membership(tenant.Id, tenant.Name, tenant.Slug, tenant.Kind, member.Role)).ToListAsync(ct);
    }

    /// <summary>Null both where the organisation does not exist and where the person is no member.</summary>
    public async Task<Membership?> FindMembershipAsync(string userId, string slug, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await (
            from member in db.Members.AsNoTracking()
            join tenant in db.Tenants on member.TenantId equals tenant.Id
            where member.UserId == userId && tenant.Slug == slug
            select new Membership(tenant.Id, tenant.Name, tenant.Slug, tenant.Kind, member.Role)).SingleOrDefaultAsync(ct);
    }

    public async Task<bool> IsPlatformAdminAsync(string userId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.Users.AnyAsync(u => u.Id == userId && u.IsPlatformAdmin, ct);
    }
}
