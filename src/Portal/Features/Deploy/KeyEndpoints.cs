using Microsoft.EntityFrameworkCore;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Deploy;

/// <summary>Lends keys the names of the endpoints that they open.</summary>
public sealed class KeyEndpoints(IDbContextFactory<PortalDbContext> dbs) : IKeyEndpoints
{
    public async Task<IReadOnlyList<KeyEndpoint>> EndpointsAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.Endpoints.AsNoTracking().OrderBy(e => e.Name).Take(1_000).Select(e => new KeyEndpoint(e.Id, e.ProjectId, e.Name)).ToListAsync(ct);
    }
}
