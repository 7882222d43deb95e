using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

public sealed record ProviderDraft(string Name, string Issuer, string ClientId, string Secret);

/// <summary>What the settings page shows; a secret is only ever taken, never given back.</summary>
public sealed record ProviderRow(
    string Id, string Name, string Issuer, string ClientId, bool IsOn, bool AdmitsByDomain, MemberRole DefaultRole, DateTime? LastUsedAt, long Version);

public sealed record ProviderList(IReadOnlyList<ProviderRow> Rows, bool IsRequired);

/// <summary>
/// An organisation's own providers, kept by whoever may change how members sign in. Changes queue up with those of members, since both
/// decide who can still get in.
/// </summary>
public sealed class IdentityProviderService(
    IDbContextFactory<PortalDbContext> dbs, CurrentMember current, TenantScope scope, ProviderSecrets secrets, SessionService sessions, IOptions<SignInOptions> options, TimeProvider time)
{
    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public async Task<ProviderList> ListAsync(CancellationToken ct)
    {
        current.Require(Permission.ManageSignIn);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var tenantId = scope.TenantId;
        var used = await db.IdentityProviderIndex.AsNoTracking().Where(i => i.TenantId == tenantId).ToDictionaryAsync(i => i.ProviderId, i => i.LastUsedAt, ct);
        var rows = await db.IdentityProviders.AsNoTracking().OrderBy(p => p.CreatedAt).ThenBy(p => p.Id)
            .Select(p => new ProviderRow(p.Id, p.Name, p.Issuer, p.ClientId, p.IsOn, p.AdmitsByDomain, p.DefaultRole, null, p.Version)).ToListAsync(ct);
        return new ProviderList(
            [.. rows.Select(r => r with { LastUsedAt = used.GetValueOrDefault(r.Id) })], await db.Tenants.AnyAsync(t => t.Id == tenantId && t.RequiresOwnProvider, ct));
    }

    /// <returns>The new provider's id. It is off until somebody switches it on.</returns>
    public async Task<string> AddAsync(ProviderDraft draft, CancellationToken ct)
    {
        var (name, issuer, clientId, secret) = Checked(draft);
        var id = "";
        await ChangeAsync(async db =>
        {
            if (await db.IdentityProviders.CountAsync(ct) >= IdentityProvider.Most)
            {
                throw new PortalException($"An organization has at most {IdentityProvider.Most} identity providers. Remove one that is no longer used.");
            }

            var provider = new IdentityProvider { CreatedAt = Now };
            provider.Rename(name);
            provider.Describe(issuer, clientId, secret is null ? null : secrets.Protect(secret));
            db.IdentityProviders.Add(provider);
            db.Audit("provider.added", TargetOf(provider), $"Issuer: {issuer}. Client: {clientId}.");
            id = provider.Id;
            return [];
        }, ct);
        return id;
    }

    /// <param name="version">What the one who asks saw: a change made on an older state is not carried out.</param>
    public Task ChangeAsync(string id, ProviderDraft draft, long version, CancellationToken ct)
    {
        var (name, issuer, clientId, secret) = Checked(draft);
        return ChangeAsync(async db =>
        {
            var provider = await FindAsync(db, id, version, ct);
            var before = $"{provider.Name}, {provider.Issuer}, {provider.ClientId}";
            var (wasIssuer, wasClient) = (provider.Issuer, provider.ClientId);
            provider.Rename(name);
            provider.Describe(issuer, clientId, secret is null ? null : secrets.Protect(secret));
            db.Audit("provider.changed", TargetOf(provider), $"Now: {name}, {issuer}, {clientId}{(secret is null ? "" : ", with another secret")}. Before: {before}.");
            if ((wasIssuer, wasClient) == (issuer, clientId) || !provider.IsOn)
            {
                return [];
            }

            await RequireWayInAsync(db, provider, wasIssuer, ct);
            return await EndSessionsAsync(db, provider.Id, ct);
        }, ct);
    }

    public Task AdmitAsync(string id, bool byDomain, MemberRole role, long version, CancellationToken ct) => ChangeAsync(async db =>
    {
        var provider = await FindAsync(db, id, version, ct);
        if (byDomain && !await db.OrganizationDomains.AnyAsync(d => d.VerifiedAt != null, ct))
        {
            throw new PortalException("People can be admitted by their address once a domain is verified. Add it below, publish its record, then check it.");
        }

        provider.Admit(byDomain, role);
        db.Audit("provider.admission-changed", TargetOf(provider), byDomain ? $"People with a verified address in a verified domain become members, as {role}." : "By invitation only.");
        return [];
    }, ct);

    /// <summary>Switching it off ends the sessions it began, at once.</summary>
    public Task SwitchAsync(string id, bool on, long version, CancellationToken ct) => ChangeAsync(async db =>
    {
        var provider = await FindAsync(db, id, version, ct);
        if (provider.IsOn == on)
        {
            return [];
        }

        provider.Switch(on);
        db.Audit(on ? "provider.switched-on" : "provider.switched-off", TargetOf(provider), $"Issuer: {provider.Issuer}.");
        if (on)
        {
            db.IdentityProviderIndex.Add(new IdentityProviderIndex { ProviderId = provider.Id, TenantId = scope.TenantId, SwitchedOnAt = Now });
            return [];
        }

        return await LeaveServiceAsync(db, provider, ct);
    }, ct);

    public Task RemoveAsync(string id, long version, CancellationToken ct) => ChangeAsync(async db =>
    {
        var provider = await FindAsync(db, id, version, ct);
        var ended = provider.IsOn ? await LeaveServiceAsync(db, provider, ct) : [];
        db.IdentityProviders.Remove(provider);
        db.Audit("provider.removed", TargetOf(provider), $"Issuer: {provider.Issuer}.");
        return ended;
    }, ct);

    /// <summary>Members who are no owners are then let in by a provider of the organisation alone.</summary>
    public Task RequireAsync(bool required, CancellationToken ct) => ChangeAsync(async db =>
    {
        var (tenantId, members) = (scope.TenantId, db.Members);
        if (required && !await db.SignInSessions.AnyAsync(s => s.ProviderTenantId == tenantId && members.Any(m => m.TenantId == tenantId && m.UserId == s.UserId), ct))
        {
            throw new PortalException("No member has signed in with a provider of the organization yet. Let one do so first, so that it is known to work.");
        }

        if (required && !await db.IdentityProviderIndex.AnyAsync(i => i.TenantId == tenantId, ct))
        {
            throw new PortalException("No provider is switched on, so nobody but owners could sign in. Switch one on first.");
        }

        var tenant = await db.Tenants.SingleAsync(t => t.Id == tenantId, ct);
        tenant.RequireOwnProvider(required);
        db.Audit(required ? "provider.required" : "provider.not-required", new AuditTarget("organization", tenant.Id, tenant.Name));
        return [];
    }, ct);

    /// <summary>As it is saved, on or off: for the test button.</summary>
    internal async Task<LiveProvider> SavedAsync(string id, CancellationToken ct)
    {
        current.Require(Permission.ManageSignIn);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var p = await db.IdentityProviders.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, ct) ?? throw new NotFoundException("identity provider");
        var secret = secrets.Reveal(p.ProtectedSecret) ?? throw new PortalException("The client secret can no longer be read: the key it was encrypted with is gone. Type it again.");
        return new LiveProvider(p.Id, p.TenantId, current.Membership.TenantName, current.Slug, p.Name, p.Issuer, p.ClientId, secret, p.Generation);
    }

    internal async Task TestedAsync(LiveProvider live, string outcome, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        db.Audit("provider.tested", new AuditTarget("identity provider", live.ProviderId, live.Name), outcome);
        await db.SaveChangesAsync(ct);
    }

    private async Task ChangeAsync(Func<PortalDbContext, Task<IReadOnlyList<OwnedId>>> act, CancellationToken ct)
    {
        current.Require(Permission.ManageSignIn);
        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var turn = await db.TakeMembersTurnAsync(ct);
        await db.RequireStillAsync(current, Permission.ManageSignIn, ct);
        var told = await act(db);
        await db.SaveChangesAsync(ct);
        await turn.CommitAsync(ct);
        sessions.Wake(told);
    }

    private async Task<IReadOnlyList<OwnedId>> LeaveServiceAsync(PortalDbContext db, IdentityProvider provider, CancellationToken ct)
    {
        var (id, tenantId) = (provider.Id, scope.TenantId);
        await RequireWayInAsync(db, provider, provider.Issuer, ct);
        if (await db.Tenants.AnyAsync(t => t.Id == tenantId && t.RequiresOwnProvider, ct) && !await db.IdentityProviderIndex.AnyAsync(i => i.TenantId == tenantId && i.ProviderId != id, ct))
        {
            throw new PortalException("Members must sign in with this provider, and no other is on. Lift that first, or switch another on.");
        }

        // First the index: a sign-in that is being finished holds that row, and its session is seen afterwards.
        await db.IdentityProviderIndex.Where(i => i.ProviderId == id).ExecuteDeleteAsync(ct);
        return await EndSessionsAsync(db, id, ct);
    }

    private static async Task<IReadOnlyList<OwnedId>> EndSessionsAsync(PortalDbContext db, string providerId, CancellationToken ct) =>
        (await db.EndSessionsAsync(db.SignInSessions.Where(s => s.ProviderId == providerId), SessionEnd.ProviderOff, ct)).Acts;

    /// <summary>An owner who is known by this issuer alone could not come back to undo it.</summary>
    private async Task RequireWayInAsync(PortalDbContext db, IdentityProvider provider, string issuer, CancellationToken ct)
    {
        var (id, known, tenantId) = (provider.Id, issuer.TrimEnd('/'), scope.TenantId);
        var others = await db.IdentityProviders.Where(p => p.IsOn && p.Id != id).Select(p => p.Issuer).ToListAsync(ct);
        var isElsewhere = await (
            from member in db.Members
            join user in db.Users on member.UserId equals user.Id
            where member.TenantId == tenantId && member.Role == MemberRole.Owner && user.Issuer != known
            select member.Id).AnyAsync(ct);
        if (!isElsewhere && !others.Any(o => o.TrimEnd('/') == known))
        {
            throw new PortalException("Every owner is known by this provider alone, so no owner could sign in any more. Make somebody an owner who signs in another way first.");
        }
    }

    private static async Task<IdentityProvider> FindAsync(PortalDbContext db, string id, long version, CancellationToken ct)
    {
        var provider = await db.IdentityProviders.SingleOrDefaultAsync(p => p.Id == id, ct) ?? throw new NotFoundException("identity provider");
        return provider.Version == version ? provider
            : throw new PortalException("Somebody else changed this provider a moment ago, so nothing was done. Load the page again, look, then decide.");
    }

    private (string Name, string Issuer, string ClientId, string? Secret) Checked(ProviderDraft draft)
    {
        current.Require(Permission.ManageSignIn);
        return (ProviderAddress.Name(draft.Name), ProviderAddress.Issuer(draft.Issuer, options.Value), ProviderAddress.ClientId(draft.ClientId), ProviderAddress.Secret(draft.Secret));
    }

    private static AuditTarget TargetOf(IdentityProvider provider) => new("identity provider", provider.Id, provider.Name);
}
