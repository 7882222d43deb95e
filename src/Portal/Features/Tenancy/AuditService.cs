using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

public sealed class AuditService(IDbContextFactory<PortalDbContext> dbs)
{
    /// <summary>Somebody asked for what they may not do. Written by itself, because nothing else was.</summary>
    public async Task DeniedAsync(Permission permission, string where, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        db.Audit("access.denied", new AuditTarget("permission", permission.ToString(), permission.Words()), where, AuditOutcome.Denied);
        await db.SaveChangesAsync(ct);
    }
}
