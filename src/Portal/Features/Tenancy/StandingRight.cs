using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>Whoever started it lost the right before it began. A worker lets the work end with these words, and charges nothing.</summary>
public sealed class RightGoneException(string message) : PortalException(message);

/// <summary>
/// Asked by a worker before work begins: whether whoever started it may still do so. Work that has begun goes on, whatever becomes of them.
/// </summary>
public sealed class StandingRight(IDbContextFactory<PortalDbContext> dbs, TenancyService tenancy, TenantScope scope)
{
    /// <summary>What stands in the audit log of work that was not begun.</summary>
    public const string Action = "work.stopped";

    /// <summary>Work that nobody started, the portal's own, needs no right.</summary>
    public async Task RequireAsync(string userId, Permission permission, string projectId, CancellationToken ct)
    {
        if (await WhyGoneAsync(userId, permission, projectId, ct) is { } gone)
        {
            throw new RightGoneException(gone);
        }
    }

    /// <summary>Null while the right stands; else the cause, in words for whoever looks.</summary>
    public async Task<string?> WhyGoneAsync(string userId, Permission permission, string projectId, CancellationToken ct)
    {
        if (userId is "")
        {
            return null;
        }

        var (name, access) = userId.StartsWith("key_", StringComparison.Ordinal) ? await KeyAsync(userId, ct) : await PersonAsync(userId, ct);
        return access?.May(permission) is true && access.ProjectIds?.Contains(projectId) is not false
            ? null : $"{name} started this may no longer {permission.Words()} here, so it was stopped before it began. Nothing is charged. Anybody who may can start it again.";
    }

    private async Task<(string Name, Access? Access)> PersonAsync(string userId, CancellationToken ct)
    {
        var access = (await tenancy.FindMembershipInAsync(userId, scope.TenantId, ct))?.Access;
        await using var db = await dbs.CreateDbContextAsync(ct);
        var name = await db.Users.Where(u => u.Id == userId).Select(u => u.Name).SingleOrDefaultAsync(ct);
        return (name is null or "" ? "Whoever" : $"{name}, who", access);
    }

    private async Task<(string Name, Access? Access)> KeyAsync(string keyId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.ApiKeys.AsNoTracking().SingleOrDefaultAsync(k => k.Id == keyId, ct) is not { } key)
        {
            return ("The API key that", null);
        }

        var issuer = key.ViaId is "" ? null : (await tenancy.FindMembershipInAsync(key.CreatedByUserId, scope.TenantId, ct))?.Access;
        var isOver = key.RevokedAt is not null || key.IsExpired(db.Now) || (key.ViaId is not "" && issuer is null);
        return ($"The API key {key.Name} that", isOver ? null : key.AccessBy(issuer));
    }
}
