using Portal.Persistence;

namespace Portal.Features.Evaluate;

public sealed class FailedEvaluations : IFailedWork
{
    public string Kind => "Evaluation";

    public IQueryable<FailedItem> Of(PortalDbContext db) => db.EvaluationRuns.Where(e => e.State == EvaluationState.Failed)
        .Select(e => new FailedItem { TenantId = e.TenantId, Id = e.Id, ProjectId = e.ProjectId, At = e.EndedAt ?? e.CreatedAt });
}
