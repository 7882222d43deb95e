using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Persistence;

namespace Portal.Features.Deploy;

/// <summary>Deployments; the model or prompt behind one leads to its version.</summary>
public sealed class DeploymentUses(IDbContextFactory<PortalDbContext> dbs) : IVersionUses
{
    public async Task<IReadOnlyList<VersionUse>> ListAsync(string projectId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var found = await (
            from deployment in db.Deployments.AsNoTracking()
            join endpoint in db.Endpoints on deployment.EndpointId equals endpoint.Id
            where deployment.ProjectId == projectId
            orderby deployment.ApprovedAt, deployment.Number
            select new { deployment.Id, deployment.CandidateId, endpoint.Name, deployment.Number, deployment.State, deployment.ApprovedAt }).ToListAsync(ct);
        return [.. found.Select(d => new VersionUse(VersionUseKind.Deployment, d.Id, null, d.CandidateId, $"{d.Name}@{d.Number}", d.State.ToString(), d.ApprovedAt, HasLearnt: false))];
    }
}
