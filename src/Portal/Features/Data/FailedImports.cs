using Portal.Persistence;

namespace Portal.Features.Data;

public sealed class FailedImports : IFailedWork
{
    public string Kind => "Import";

    public IQueryable<FailedItem> Of(PortalDbContext db) => db.DatasetImports.Where(i => i.State == ImportState.Failed)
        .Select(i => new FailedItem { TenantId = i.TenantId, Id = i.Id, ProjectId = i.ProjectId, At = i.StartedAt ?? i.UploadedAt });
}
