using Portal.Persistence;

namespace Portal.Features.Data;

public sealed class FailedVersions : IFailedWork
{
    public string Kind => "Freezing a version";

    public IQueryable<FailedItem> Of(PortalDbContext db) => db.DatasetVersions.Where(v => v.State == VersionState.Failed)
        .Select(v => new FailedItem { TenantId = v.TenantId, Id = v.Id, ProjectId = v.ProjectId, At = v.StartedAt });
}
