using Microsoft.EntityFrameworkCore;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Admin;

public sealed record TenantRow(string Name, string Slug, TenantKind Kind, int Members, DateTime CreatedAt);

/// <summary>The organisations as the platform's admins see them: names and numbers, no customer's data.</summary>
public sealed class TenantDirectory(IDbContextFactory<PortalDbContext> dbs)
{
    public async Task<IReadOnlyList<TenantRow>> ListAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.Tenants.AsNoTracking().OrderBy(t => t.Name).Take(500)
            .Select(t => new TenantRow(t.Name, t.Slug, t.Kind, db.Set<Member>().Count(m => m.TenantId == t.Id), t.CreatedAt))
            .ToListAsync(ct);
    }
}
