using Microsoft.EntityFrameworkCore;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Deploy;

/// <summary>Who calls: known by the key alone.</summary>
public sealed record KeyHolder(string KeyId, string EndpointId, string? DeploymentId, DateTime? LastUsedAt, bool IsSuspended = false);

/// <summary>A key with its secret, once: neither can be had again.</summary>
public sealed record IssuedKey(string Id, string Name, string Prefix, string Secret);

public sealed class ApiKeyService(IDbContextFactory<PortalDbContext> dbs, TenantScope scope, CurrentMember current, TimeProvider time)
{
    /// <summary>
    /// Finds whose secret it is and enters that organisation's scope. Null alike for a key that never was and one that is revoked.
    /// Nothing is cached: a revoked key is dead with the next call.
    /// </summary>
    public async Task<KeyHolder?> EnterAsync(string secret, CancellationToken ct)
    {
        if (!KeySecret.IsWellFormed(secret))
        {
            return null;
        }

        var hash = KeySecret.HashOf(secret);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var found = await db.ApiKeyIndex.AsNoTracking().SingleOrDefaultAsync(i => i.Hash == hash, ct);
        if (found is null)
        {
            return null;
        }

        scope.Enter(found.TenantId);
        var closed = db.Tenants.Where(t => t.Id == found.TenantId && t.ClosedAt != null);
        var suspended = db.Tenants.Where(t => t.Id == found.TenantId && t.SuspendedAt != null);
        // Erasing removes the index row a moment after it closes the organisation.
        return await db.ApiKeys.AsNoTracking().Where(k => k.Id == found.KeyId && k.RevokedAt == null && !closed.Any())
            .Select(k => new KeyHolder(k.Id, k.EndpointId, k.DeploymentId, k.LastUsedAt, suspended.Any())).SingleOrDefaultAsync(ct);
    }

    public async Task<IReadOnlyList<ApiKey>> ListAsync(string endpointId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.ApiKeys.AsNoTracking().Where(k => k.EndpointId == endpointId && k.DeploymentId == null)
            .OrderBy(k => k.RevokedAt != null).ThenByDescending(k => k.CreatedAt).Take(100).ToListAsync(ct);
    }

    public async Task<IssuedKey> IssueAsync(string projectId, string endpointId, string name, CancellationToken ct)
    {
        DeployRights.RequireDeployer(current);
        name = ApiKey.CheckedName(name);
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (!await db.Endpoints.AnyAsync(e => e.Id == endpointId && e.ProjectId == projectId, ct))
        {
            throw new NotFoundException("endpoint");
        }

        if (await db.ApiKeys.CountAsync(k => k.EndpointId == endpointId && k.RevokedAt == null, ct) >= 50)
        {
            throw new PortalException("This endpoint has 50 keys in use, which is the most. Revoke one that nobody uses, then issue the new one.");
        }

        var issued = Add(db, projectId, endpointId, name, current.UserName);
        db.Audit("key.issued", new AuditTarget("API key", issued.Id, $"{name} ({issued.Prefix}…)", projectId));
        await db.SaveChangesAsync(ct);
        return issued;
    }

    /// <summary>Takes effect with the next call, on every node.</summary>
    public async Task RevokeAsync(string projectId, string keyId, CancellationToken ct)
    {
        DeployRights.RequireDeployer(current);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var key = await db.ApiKeys.SingleOrDefaultAsync(k => k.Id == keyId && k.ProjectId == projectId, ct) ?? throw new NotFoundException("key");
        db.Audit("key.revoked", new AuditTarget("API key", key.Id, $"{key.Name} ({key.Prefix}…)", projectId));
        await RevokeAsync(db, key, current.UserName, ct);
    }

    /// <summary>A key that reaches one deployment before it is live, for its smoke call.</summary>
    internal async Task<IssuedKey> IssueForSmokeCallAsync(Deployment deployment, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var issued = Add(db, deployment.ProjectId, deployment.EndpointId, "Smoke call", "", deployment.Id);
        await db.SaveChangesAsync(ct);
        return issued;
    }

    /// <summary>Also sweeps up what a killed smoke call left behind.</summary>
    internal async Task RevokeSmokeKeysAsync(string deploymentId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        foreach (var key in await db.ApiKeys.Where(k => k.DeploymentId == deploymentId && k.RevokedAt == null).ToListAsync(ct))
        {
            await RevokeAsync(db, key, "", ct);
        }
    }

    private IssuedKey Add(PortalDbContext db, string projectId, string endpointId, string name, string byName, string? deploymentId = null)
    {
        var secret = KeySecret.Create();
        var key = new ApiKey
        {
            ProjectId = projectId,
            EndpointId = endpointId,
            DeploymentId = deploymentId,
            Name = name,
            Prefix = KeySecret.PrefixOf(secret),
            Hash = KeySecret.HashOf(secret),
            CreatedAt = time.GetUtcNow().UtcDateTime,
            CreatedByName = byName,
        };
        db.ApiKeys.Add(key);
        db.ApiKeyIndex.Add(new ApiKeyIndex { Hash = key.Hash, TenantId = scope.TenantId, KeyId = key.Id });
        return new IssuedKey(key.Id, key.Name, key.Prefix, secret);
    }

    private async Task RevokeAsync(PortalDbContext db, ApiKey key, string byName, CancellationToken ct)
    {
        key.Revoke(byName, time.GetUtcNow().UtcDateTime);
        if (await db.ApiKeyIndex.SingleOrDefaultAsync(i => i.Hash == key.Hash, ct) is { } index)
        {
            db.ApiKeyIndex.Remove(index);
        }

        await db.SaveChangesAsync(ct);
    }
}
