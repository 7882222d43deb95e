using Portal.Persistence;

namespace Portal.Features.Tune;

public sealed class FailedTunings : IFailedWork
{
    public string Kind => "Tuning";

    public IQueryable<FailedItem> Of(PortalDbContext db) => db.TuningJobs.Where(j => j.State == TuningJobState.Failed)
        .Select(j => new FailedItem { TenantId = j.TenantId, Id = j.Id, ProjectId = j.ProjectId, At = j.EndedAt ?? j.StateSince });
}
