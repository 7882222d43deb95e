using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Tests.Persistence;

internal static class AuditRig
{
    public static async Task WriteAsync(PortalDatabase database, int count, string action = "thing.done")
    {
        await using var db = database.CreateDbContext();
        for (var i = 1; i <= count; i++)
        {
            db.Audit(action, new AuditTarget("thing", $"thing_{i}", $"Thing {i}"), $"Details {i}");
        }

        await db.SaveChangesAsync();
    }

    public static async Task<AuditChainState> VerifyAsync(PortalDatabase database)
    {
        await using var db = database.CreateDbContext();
        return await db.VerifyAuditAsync(CancellationToken.None);
    }

    /// <summary>As somebody who owns the database, past every guard.</summary>
    public static async Task<int> ForgeAsync(PortalDbContext owner, string sql, params object[] values)
    {
#pragma warning disable RS0030 // The forger keeps to no rule.
        return await owner.Database.ExecuteSqlRawAsync(sql, values);
#pragma warning restore RS0030
    }
}
