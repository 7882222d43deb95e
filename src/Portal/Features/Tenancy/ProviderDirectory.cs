using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>An organisation's own provider as a sign-in needs it.</summary>
internal sealed record LiveProvider(
    string ProviderId, string TenantId, string TenantName, string Slug, string Name, string Issuer, string ClientId, string Secret, int Generation);

/// <summary>What became of somebody whom an organisation's provider vouched for.</summary>
internal enum Admission
{
    Member,
    NotAdmitted,

    /// <summary>They would be a member, had the plan room for one more.</summary>
    NoRoom,
}

/// <summary>
/// The other end of an organisation's provider: found before anybody is signed in, by its link or by the domain of an address. Every
/// kind of miss has one answer, null.
/// </summary>
internal sealed class ProviderDirectory(IDbContextFactory<PortalDbContext> dbs, IServiceScopeFactory services, ProviderSecrets secrets, TimeProvider time)
{
    public async Task<LiveProvider?> FindAsync(string? providerId, CancellationToken ct)
    {
        if (providerId is not { Length: > 0 and <= PublicId.MaxLength })
        {
            return null;
        }

        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.IdentityProviderIndex.AsNoTracking().SingleOrDefaultAsync(i => i.ProviderId == providerId, ct) is { } index ? await OpenAsync(index, ct) : null;
    }

    /// <summary>By the verified domain of an address; of several providers, the one that was switched on first.</summary>
    public async Task<LiveProvider?> FindByEmailAsync(string? email, CancellationToken ct)
    {
        var domain = DomainOf(EmailKey.Of(email));
        await using var db = await dbs.CreateDbContextAsync(ct);
        var found = await (
            from verified in db.VerifiedDomains.AsNoTracking()
            join index in db.IdentityProviderIndex on verified.TenantId equals index.TenantId
            where verified.Name == domain
            orderby index.SwitchedOnAt, index.ProviderId
            select index).FirstOrDefaultAsync(ct);
        return found is null ? null : await OpenAsync(found, ct);
    }

    /// <summary>
    /// What a provider says of an address counts only in a domain that its organisation proved to be its own: else anybody's provider
    /// could say that its people read anybody's mail.
    /// </summary>
    public async Task<PersonClaims> BelievedAsync(LiveProvider live, PersonClaims person, CancellationToken ct)
    {
        var domain = DomainOf(person.Email);
        await using var db = await dbs.CreateDbContextAsync(ct);
        return person with { IsEmailVerified = person.IsEmailVerified && await db.VerifiedDomains.AnyAsync(d => d.Name == domain && d.TenantId == live.TenantId, ct) };
    }

    /// <summary>Whether the person is a member now: already, or by the verified domain while the plan has room.</summary>
    /// <param name="live">The provider that vouched.</param>
    /// <param name="user">The person, known by issuer and subject.</param>
    /// <param name="person">What is believed of them, see <see cref="BelievedAsync"/>.</param>
    /// <param name="address">Where they are, for the audit log.</param>
    /// <param name="ct">Ends it.</param>
    public async Task<Admission> AdmitAsync(LiveProvider live, User user, PersonClaims person, string address, CancellationToken ct)
    {
        // In a scope of its own: who signs in is in no organisation yet.
        await using var own = services.CreateAsyncScope();
        var scope = own.ServiceProvider.GetRequiredService<TenantScope>();
        scope.Enter(live.TenantId);
        scope.ActAs(new Actor(user.Id, user.Name, Address: address));
        await using var db = await own.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync(ct);
        if (await IsMemberAsync(db, user.Id, ct))
        {
            return Admission.Member;
        }

        // Those who are not meant take no turn: they must not hold up the organisation.
        if (await MayAsync(db, live, user, person, ct) is null)
        {
            return Admission.NotAdmitted;
        }

        await using var turn = await db.TakeMembersTurnAsync(ct);
        if (await IsMemberAsync(db, user.Id, ct))
        {
            return Admission.Member;
        }

        if (await MayAsync(db, live, user, person, ct) is not { } role)
        {
            return Admission.NotAdmitted;
        }

        if (await own.ServiceProvider.GetRequiredService<MemberRoom>().RefuseAsync(db, user, DomainOf(person.Email), ct) is { } letters)
        {
            await turn.CommitAsync(ct);
            own.ServiceProvider.GetRequiredService<OwnerMail>().Wake(live.TenantId, letters);
            return Admission.NoRoom;
        }

        var member = new Member { TenantId = live.TenantId, UserId = user.Id, Role = role, CreatedAt = time.GetUtcNow().UtcDateTime };
        db.Members.Add(member);
        db.Audit("member.admitted", new AuditTarget("member", member.Id, user.Name), $"Role: {role}. By {live.Name} ({live.Issuer}), for the verified domain {DomainOf(person.Email)}.");
        await db.SaveChangesAsync(ct);
        await turn.CommitAsync(ct);
        return Admission.Member;
    }

    public static string DomainOf(string email) => email[(email.LastIndexOf('@') + 1)..];

    private static Task<bool> IsMemberAsync(PortalDbContext db, string userId, CancellationToken ct)
    {
        var tenantId = db.TenantId;
        return db.Members.AnyAsync(m => m.TenantId == tenantId && m.UserId == userId, ct);
    }

    /// <summary>The role to begin with; null is no.</summary>
    private static async Task<MemberRole?> MayAsync(PortalDbContext db, LiveProvider live, User user, PersonClaims person, CancellationToken ct)
    {
        if (person is not { IsEmailVerified: true, Email.Length: > 0 } || user.Issuer != live.Issuer.TrimEnd('/'))
        {
            return null;
        }

        var (domain, tenantId) = (DomainOf(person.Email), db.TenantId);
        var isOurs = await db.VerifiedDomains.AnyAsync(d => d.Name == domain && d.TenantId == tenantId, ct);
        var isFormer = await db.FormerMembers.AnyAsync(f => f.UserId == user.Id, ct);
        var provider = await db.IdentityProviders.AsNoTracking().SingleOrDefaultAsync(p => p.Id == live.ProviderId, ct);
        return isOurs && !isFormer && provider is { IsOn: true, AdmitsByDomain: true } ? provider.DefaultRole : null;
    }

    private async Task<LiveProvider?> OpenAsync(IdentityProviderIndex index, CancellationToken ct)
    {
        await using var own = services.CreateAsyncScope();
        own.ServiceProvider.GetRequiredService<TenantScope>().Enter(index.TenantId);
        await using var db = await own.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync(ct);
        var tenant = await db.Tenants.AsNoTracking().SingleAsync(t => t.Id == index.TenantId, ct);
        return await db.IdentityProviders.AsNoTracking().SingleOrDefaultAsync(p => p.Id == index.ProviderId && p.IsOn, ct) is not { } provider || tenant.ClosedAt is not null ? null
            : new LiveProvider(provider.Id, tenant.Id, tenant.Name, tenant.Slug, provider.Name, provider.Issuer, provider.ClientId,
                secrets.Reveal(provider.ProtectedSecret) ?? throw new SignInException(SignInProblem.Misconfigured, "The client secret's key is gone; it must be typed again."), provider.Generation);
    }
}
