using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>Finds whose a secret is and what its key may do now. A database that is away is an error here, and never a key that is wrong.</summary>
public sealed class KeyDirectory(IServiceScopeFactory services, KeyCache cache, TimeProvider time)
{
    /// <summary>Null alike for a key that never was and one that is revoked.</summary>
    /// <param name="secret">Well formed, so that what cannot be a key costs no look-up.</param>
    internal async ValueTask<KeyHolder?> FindAsync(string secret, CancellationToken ct)
    {
        var hash = KeySecret.HashOf(secret);
        if (cache.Find(hash) is { } known)
        {
            return known;
        }

        var begun = cache.Begin();
        if (await ReadAsync(hash, ct) is not { } holder)
        {
            return null;
        }

        // A suspension is lifted at once.
        if (!holder.IsSuspended)
        {
            cache.Keep(hash, holder, begun);
        }

        return holder;
    }

    // In a scope of its own: whoever asks may not be inside anywhere yet, or be inside with a part of what the key reaches.
    private async Task<KeyHolder?> ReadAsync(string hash, CancellationToken ct)
    {
        await using var own = services.CreateAsyncScope();
        var dbs = own.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>();
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.ApiKeyIndex.AsNoTracking().SingleOrDefaultAsync(i => i.Hash == hash, ct) is not { } found)
        {
            return null;
        }

        own.ServiceProvider.GetRequiredService<TenantScope>().Enter(found.TenantId);
        var now = time.GetUtcNow().UtcDateTime;
        var read = await (
            from key in db.ApiKeys.AsNoTracking()
            join tenant in db.Tenants on key.TenantId equals tenant.Id
            where key.Id == found.KeyId && key.RevokedAt == null && tenant.ClosedAt == null
            select new { Key = key, Tenant = tenant }).SingleOrDefaultAsync(ct);
        if (read is not { Key: var known } || (known.Hash != hash && !(known.PreviousHash == hash && known.IsPreviousAlive(now))))
        {
            return null;
        }

        var organization = new Membership(known.TenantId, read.Tenant.Name, read.Tenant.Slug, read.Tenant.Kind, MemberRole.Viewer);
        var access = known.ViaId is "" ? null : (await own.ServiceProvider.GetRequiredService<TenancyService>().FindMembershipInAsync(known.CreatedByUserId, known.TenantId, ct))?.Access;
        return known.ViaId is not "" && access is null ? null : Of(known, known.Hash == hash ? null : known.PreviousUntil, organization, access) with { IsSuspended = read.Tenant.SuspendedAt is not null };
    }

    /// <param name="key">As it is stored.</param>
    /// <param name="until">When the secret that was shown ends; null for the key's present one.</param>
    /// <param name="organization">Whose it is.</param>
    /// <param name="issuer">What the consultant who issued it may do now; null for a member's key, which is the organization's own.</param>
    private static KeyHolder Of(ApiKey key, DateTime? until, Membership organization, Access? issuer)
    {
        var access = key.AccessBy(issuer);
        return new KeyHolder(key.Id, key.TenantId, key.Name, key.Prefix)
        {
            Verbs = key.VerbsBy(issuer), ProjectIds = access.ProjectIds, EndpointIds = key.EndpointIds, DeploymentId = key.DeploymentId, RequestsPerMinute = key.RequestsPerMinute, TokensPerMinute = key.TokensPerMinute,
            ExpiresAt = key.ExpiresAt, SecretUntil = until, Networks = KeyNetworks.Of(key.AllowedAddresses),
            Organization = organization with { Access = access },
        };
    }
}
