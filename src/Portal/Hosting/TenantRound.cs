using Microsoft.EntityFrameworkCore;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Hosting;

internal sealed record TenantName(string Id, string Slug);

/// <summary>Work that is done for one organisation after the other, each in a scope of its own.</summary>
internal static class TenantRound
{
    // No name in addresses has a bracket.
    private const string PlatformName = "(platform)";

    /// <summary>All of them and the platform itself, which has a log of its own; or the one of that name.</summary>
    public static async Task<IReadOnlyList<TenantName>> ListAsync(IServiceScopeFactory scopes, string? slug, CancellationToken ct)
    {
        await using var services = scopes.CreateAsyncScope();
        await using var db = await services.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync(ct);
        var tenants = await db.Tenants.AsNoTracking().Where(t => slug == null || t.Slug == slug).OrderBy(t => t.Slug).Select(t => new TenantName(t.Id, t.Slug)).ToListAsync(ct);
        return slug is null or PlatformName ? [.. tenants, new TenantName(PlatformLog.Id, PlatformName)] : tenants;
    }

    public static async Task<T> VisitAsync<T>(IServiceScopeFactory scopes, TenantName tenant, Func<IServiceProvider, Task<T>> act)
    {
        await using var services = scopes.CreateAsyncScope();
        services.ServiceProvider.GetRequiredService<TenantScope>().Enter(tenant.Id);
        return await act(services.ServiceProvider);
    }
}
