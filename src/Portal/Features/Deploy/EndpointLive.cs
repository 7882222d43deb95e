using Microsoft.EntityFrameworkCore;
using Portal.Features.Evaluate;
using Portal.Persistence;

namespace Portal.Features.Deploy;

/// <summary>What answers behind a project's endpoint, for those who compare candidates with it. A canary stands beside it and is not it.</summary>
internal sealed class EndpointLive(IDbContextFactory<PortalDbContext> dbs) : ILiveModel
{
    public async Task<LiveModel?> FindAsync(string projectId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await (from endpoint in db.Endpoints.AsNoTracking()
                      join deployment in db.Deployments on endpoint.LiveDeploymentId equals deployment.Id
                      where endpoint.ProjectId == projectId
                      select new LiveModel(deployment.CandidateId, deployment.ApprovedAt)).SingleOrDefaultAsync(ct);
    }
}
