using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Portal.Features.Connect;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Define;

/// <summary>Lends the bill and the audit log the names of projects.</summary>
public sealed class UsageSubjects(IDbContextFactory<PortalDbContext> dbs, ConnectService connect) : IUsageSubjects, IAuditedProjects
{
    public bool IsPractice => connect.IsSandbox;

    public async Task<IReadOnlyDictionary<string, string>> ProjectNamesAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.Projects.AsNoTracking().ToDictionaryAsync(p => p.Id, p => p.Name, ct);
    }
}
