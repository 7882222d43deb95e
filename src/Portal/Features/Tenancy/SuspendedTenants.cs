using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>
/// Nothing that costs begins for an organisation that is suspended. What waits goes on waiting, and the sweeps find it once the
/// organisation is restored; what a vendor has begun is watched to its end and metered.
/// </summary>
public static class SuspendedTenants
{
    /// <summary>Without the rows of suspended organisations: said where work is taken and where it is woken.</summary>
    public static IQueryable<T> OfServedTenants<T>(this IQueryable<T> work, PortalDbContext db)
        where T : TenantOwned
    {
        var suspended = db.Tenants.Where(t => t.SuspendedAt != null);
        return work.Where(row => !suspended.Any(t => t.Id == row.TenantId));
    }

    /// <summary>Whether the organisation in scope is suspended.</summary>
    public static Task<bool> IsSuspendedAsync(this PortalDbContext db, CancellationToken ct)
    {
        var tenantId = db.TenantId;
        return db.Tenants.AnyAsync(t => t.Id == tenantId && t.SuspendedAt != null, ct);
    }
}
