using Microsoft.EntityFrameworkCore;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Deploy;

/// <summary>Endpoints that answer: replacing what answers adds none.</summary>
internal sealed class LiveCount : ILimitCount
{
    public Limit Limit => Limit.Deployments;

    public Task<long> CountAsync(PortalDbContext db, CancellationToken ct) => db.Endpoints.LongCountAsync(e => e.LiveDeploymentId != null, ct);
}
