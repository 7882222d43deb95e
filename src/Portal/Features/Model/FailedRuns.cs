using Portal.Persistence;

namespace Portal.Features.Model;

public sealed class FailedRuns : IFailedWork
{
    public string Kind => "Run";

    public IQueryable<FailedItem> Of(PortalDbContext db) => db.CandidateRuns.Where(r => r.State == RunState.Failed)
        .Select(r => new FailedItem { TenantId = r.TenantId, Id = r.Id, ProjectId = r.ProjectId, At = r.EndedAt ?? r.CreatedAt });
}
