using Microsoft.EntityFrameworkCore;
using Portal.Components;
using Portal.Features.Billing;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>A key as a list shows it.</summary>
/// <param name="Key">The key.</param>
/// <param name="Notice">Why somebody should look at it; empty where all is well.</param>
/// <param name="Budget">Null where it has none, or costs are not for whoever asks.</param>
public sealed record KeyRow(ApiKey Key, string Notice, BudgetFigures? Budget);

public sealed record KeyList(IReadOnlyList<KeyRow> Rows, int Total, int From);

/// <summary>Issues an organization's keys, changes how much they may use, gives them new secrets, and ends them.</summary>
public sealed class ApiKeyService(
    IDbContextFactory<PortalDbContext> dbs, TenantScope scope, CurrentMember current, IAuditedProjects projects, IKeyEndpoints endpoints, KeyCache cache, TimeProvider time)
{
    public const int PageSize = 25;

    private const int MostAlive = 500;

    public bool MayManage => current.May(Permission.Deploy);

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>All keys of the organization that whoever asks may manage; those in use first, the newest of them at the top.</summary>
    public async Task<KeyList> ListAsync(int from, CancellationToken ct)
    {
        current.Require(Permission.Deploy);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var all = Shown(db.ApiKeys.AsNoTracking());
        var page = await Sorted(all).Skip(Math.Max(0, from)).Take(PageSize).ToListAsync(ct);
        return new KeyList(await WithNoticesAsync(db, page, ct), await all.CountAsync(ct), Math.Max(0, from));
    }

    /// <summary>Those that reach a project.</summary>
    public async Task<IReadOnlyList<ApiKey>> OfProjectAsync(string projectId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        // An id stands in a list whole: all are of one length, and none is a part of another.
        return await Sorted(Shown(db.ApiKeys.AsNoTracking()).Where(k => k.ProjectId == projectId || (k.ProjectId == null && (k.ProjectList == null || k.ProjectList.Contains(projectId)))))
            .Take(100).ToListAsync(ct);
    }

    /// <summary>What a key can be narrowed to: the projects and endpoints of whoever asks.</summary>
    public async Task<(IReadOnlyDictionary<string, string> Projects, IReadOnlyList<KeyEndpoint> Endpoints)> ChoicesAsync(CancellationToken ct)
    {
        current.Require(Permission.Deploy);
        return (await projects.ProjectNamesAsync(ct), await endpoints.EndpointsAsync(ct));
    }

    public async Task<IssuedKey> IssueAsync(KeyDraft draft, CancellationToken ct)
    {
        current.Require(Permission.Deploy);
        RequireVerbs(draft.Verbs);
        var name = ApiKey.CheckedName(draft.Name);
        await RequireTargetsAsync(draft, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.ApiKeys.CountAsync(k => k.RevokedAt == null && k.DeploymentId == null, ct) >= MostAlive)
        {
            throw new PortalException($"The organization has {MostAlive} keys in use, which is the most. Revoke those that nobody uses, then issue the new one.");
        }

        var (project, projectList) = ApiKey.OneOrSeveral(draft.ProjectIds);
        var (endpoint, endpointList) = ApiKey.OneOrSeveral(draft.EndpointIds);
        var (key, issued) = Add(db, name, secret => new ApiKey
        {
            ProjectId = project, ProjectList = projectList, EndpointId = endpoint, EndpointList = endpointList,
            Name = name, VerbList = string.Join(',', draft.Verbs.Distinct().Order()), Prefix = KeySecret.PrefixOf(secret), Hash = KeySecret.HashOf(secret), CreatedAt = Now,
        });
        key.IssuedBy(current.UserId, current.UserName, current.IsInside ? current.Membership.Access.ViaId : "");
        key.Limit(draft.Limits, Now);
        await SetBudgetAsync(db, key, draft.Limits.MonthlyBudgetMicros, ct);
        db.Audit("key.issued", TargetOf(key), Described(key));
        await db.SaveChangesAsync(ct);
        return issued;
    }

    /// <summary>How much it may use, until when, and from where.</summary>
    public async Task ChangeAsync(string keyId, KeyLimits limits, CancellationToken ct)
    {
        current.Require(Permission.Deploy);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var key = await FindAsync(db, keyId, ct);
        key.RequireAlive();
        key.Limit(limits, Now);
        await SetBudgetAsync(db, key, limits.MonthlyBudgetMicros, ct);
        db.Audit("key.changed", TargetOf(key), Described(key));
        await SaveAsync(db, key, ct);
    }

    /// <summary>A new secret for the same key. The old one works on until then, so that a program can be given the new one in time.</summary>
    public async Task<IssuedKey> RotateAsync(string keyId, DateTime oldUntil, CancellationToken ct)
    {
        current.Require(Permission.Deploy);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var key = await FindAsync(db, keyId, ct);
        // Whoever rotates a key learns its secret, and so may hold no more than they may themselves.
        RequireVerbs(key.Verbs);
        var viaId = current.IsInside ? current.Membership.Access.ViaId : "";
        if (viaId is not "" && key.ViaId != viaId)
        {
            throw new PortalException("This key is the organization's own, and would outlast your engagement. Ask one of its members to rotate it, or issue one of your own.");
        }

        var secret = KeySecret.Create();
        key.Rotate(KeySecret.PrefixOf(secret), KeySecret.HashOf(secret), oldUntil, Now);
        key.IssuedBy(current.UserId, current.UserName, viaId);
        db.ApiKeyIndex.RemoveRange(await db.ApiKeyIndex.Where(i => i.KeyId == key.Id && i.Hash != key.PreviousHash).ToListAsync(ct));
        db.ApiKeyIndex.Add(new ApiKeyIndex { Hash = key.Hash, TenantId = scope.TenantId, KeyId = key.Id });
        db.Audit("key.rotated", TargetOf(key), key.PreviousUntil is { } until ? $"The old secret, {key.PreviousPrefix}…, works until {until:yyyy-MM-dd HH:mm} UTC" : "The old secret ended at once");
        await SaveAsync(db, key, ct);
        return new IssuedKey(key.Id, key.Name, key.Prefix, secret);
    }

    /// <summary>Takes effect at once here, and within five seconds on every node.</summary>
    public async Task RevokeAsync(string keyId, CancellationToken ct)
    {
        current.Require(Permission.Deploy);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var key = await FindAsync(db, keyId, ct);
        if (key.RevokedAt is null)
        {
            db.Audit("key.revoked", TargetOf(key));
            await RevokeAsync(db, key, current.UserName, ct);
        }
    }

    /// <summary>A key that reaches one deployment before it is live, for its smoke call.</summary>
    internal async Task<IssuedKey> IssueForSmokeCallAsync(string projectId, string endpointId, string deploymentId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var (_, issued) = Add(db, "Smoke call", secret => new ApiKey
        {
            ProjectId = projectId, EndpointId = endpointId, DeploymentId = deploymentId, Name = "Smoke call",
            Prefix = KeySecret.PrefixOf(secret), Hash = KeySecret.HashOf(secret), CreatedAt = Now,
        });
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

    private (ApiKey Key, IssuedKey Issued) Add(PortalDbContext db, string name, Func<string, ApiKey> make)
    {
        var secret = KeySecret.Create();
        var key = make(secret);
        db.ApiKeys.Add(key);
        db.ApiKeyIndex.Add(new ApiKeyIndex { Hash = key.Hash, TenantId = scope.TenantId, KeyId = key.Id });
        return (key, new IssuedKey(key.Id, name, key.Prefix, secret));
    }

    private async Task RevokeAsync(PortalDbContext db, ApiKey key, string byName, CancellationToken ct)
    {
        key.Revoke(byName, Now);
        db.ApiKeyIndex.RemoveRange(await db.ApiKeyIndex.Where(i => i.KeyId == key.Id).ToListAsync(ct));
        await SaveAsync(db, key, ct);
    }

    private async Task SetBudgetAsync(PortalDbContext db, ApiKey key, long? capMicros, CancellationToken ct)
    {
        var may = current.May(Permission.ManageBilling);
        if (capMicros is null && !may)
        {
            return;
        }

        var there = await db.Budgets.Where(b => b.ScopeId == key.Id).Select(b => (long?)b.CapMicros).SingleOrDefaultAsync(ct);
        if (there != capMicros)
        {
            current.Require(Permission.ManageBilling);
            await BudgetService.SetAsync(db, BudgetKind.ApiKey, key.Id, capMicros, $"{key.Name} ({key.Prefix}…)", ct);
        }
    }

    private async Task SaveAsync(PortalDbContext db, ApiKey key, CancellationToken ct)
    {
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            throw new PortalException("Somebody else has just changed this key. Load the page again to see what it is now.");
        }

        cache.Forget(key.Id);
    }

    /// <summary>A key never grants more than whoever holds its secret has.</summary>
    private void RequireVerbs(IReadOnlyCollection<KeyVerb> verbs)
    {
        if (verbs.Count is 0)
        {
            throw new PortalException("Choose at least one thing that the key may do.");
        }

        foreach (var permission in verbs.SelectMany(v => v.Permissions()).Distinct())
        {
            current.Require(permission);
        }
    }

    private async Task RequireTargetsAsync(KeyDraft draft, CancellationToken ct)
    {
        if (draft.ProjectIds is { Count: 0 or > ApiKey.MostTargets } || draft.EndpointIds is { Count: 0 or > ApiKey.MostTargets })
        {
            throw new PortalException($"Choose 1 to {ApiKey.MostTargets} projects and endpoints, or all of them.");
        }

        if (scope.ProjectIds is not null && draft.ProjectIds?.Distinct().Count() is not 1)
        {
            throw new PortalException("You are admitted to some projects of this organization, so a key of yours is for one of them. Choose the project.");
        }

        if (draft.ProjectIds is not null && (await projects.ProjectNamesAsync(ct) is var known && draft.ProjectIds.Any(id => !known.ContainsKey(id))))
        {
            throw new NotFoundException("project");
        }

        var visible = draft.EndpointIds is null ? [] : await endpoints.EndpointsAsync(ct);
        if (draft.EndpointIds?.Any(id => !visible.Any(e => e.Id == id && draft.ProjectIds?.Contains(e.ProjectId) is not false)) is true)
        {
            throw new NotFoundException("endpoint");
        }
    }

    /// <summary>A member's key is the organization's and outlasts them, so whoever manages keys is told of a secret in the hands of somebody who left.</summary>
    private async Task<IReadOnlyList<KeyRow>> WithNoticesAsync(PortalDbContext db, List<ApiKey> keys, CancellationToken ct)
    {
        var (tenantId, now, roles) = (scope.TenantId, Now, Permissions.RolesWith(Permission.Deploy).ToList());
        var makers = keys.Select(k => k.CreatedByUserId).Where(id => id is not "").Distinct().ToList();
        var standing = await db.Members.Where(m => m.TenantId == tenantId && makers.Contains(m.UserId) && roles.Contains(m.Role)).Select(m => m.UserId).ToListAsync(ct);
        var ids = keys.Select(k => k.Id).ToList();
        var budgets = current.May(Permission.ViewBilling) ? await db.Budgets.AsNoTracking().Where(b => ids.Contains(b.ScopeId)).ToDictionaryAsync(b => b.ScopeId, b => b.FiguresAt(now), ct) : [];
        return [.. keys.Select(k => new KeyRow(k, k switch
        {
            { RevokedAt: not null } => "",
            _ when k.IsExpired(now) => "Expired. Rotating does not bring it back; change its date, or revoke it.",
            { ViaId: not "" } => "A consultant's: it ends with their engagement.",
            { CreatedByUserId: not "" } when !standing.Contains(k.CreatedByUserId) => $"{k.CreatedByName} may no longer manage keys here, and may still know its secret. Rotate it.",
            _ => "",
        }, budgets.GetValueOrDefault(k.Id)))];
    }

    private static async Task<ApiKey> FindAsync(PortalDbContext db, string keyId, CancellationToken ct) =>
        await db.ApiKeys.SingleOrDefaultAsync(k => k.Id == keyId && k.DeploymentId == null, ct) ?? throw new NotFoundException("key");

    private static IQueryable<ApiKey> Shown(IQueryable<ApiKey> keys) => keys.Where(k => k.DeploymentId == null);

    private static IOrderedQueryable<ApiKey> Sorted(IQueryable<ApiKey> keys) => keys.OrderBy(k => k.RevokedAt != null).ThenByDescending(k => k.CreatedAt).ThenBy(k => k.Id);

    private static AuditTarget TargetOf(ApiKey key) => new("API key", key.Id, $"{key.Name} ({key.Prefix}…)", key.ProjectId);

    private static string Described(ApiKey key)
    {
        var reach = key.ProjectIds is null ? "all projects" : $"{key.ProjectIds.Count} of the projects";
        var until = key.ExpiresAt is { } end ? $", until {end:yyyy-MM-dd}" : "";
        var from = key.AllowedAddresses is "" ? "" : $", from {key.AllowedAddresses}";
        var rates = (key.RequestsPerMinute is { } requests ? $", {requests} requests a minute" : "") + (key.TokensPerMinute is { } tokens ? $", {tokens} tokens a minute" : "");
        return $"May {string.Join(", ", key.Verbs.Select(v => v.Words()))}; {reach}{rates}{until}{from}";
    }
}
