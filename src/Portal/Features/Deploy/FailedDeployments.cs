using Portal.Persistence;

namespace Portal.Features.Deploy;

public sealed class FailedDeployments : IFailedWork
{
    public string Kind => "Deployment";

    public IQueryable<FailedItem> Of(PortalDbContext db) => db.Deployments.Where(d => d.State == DeploymentState.Failed)
        .Select(d => new FailedItem { TenantId = d.TenantId, Id = d.Id, ProjectId = d.ProjectId, At = d.EndedAt ?? d.ApprovedAt });
}
