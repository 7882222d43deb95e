using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Features.Model;
using Portal.Persistence;

namespace Portal.Features.Tune;

/// <summary>
/// Tuning jobs of a version and the models they made. The job knows its version, so models are led back to their rows that were
/// registered before a model said so itself.
/// </summary>
public sealed class TuningUses(IDbContextFactory<PortalDbContext> dbs) : IVersionUses
{
    public async Task<IReadOnlyList<VersionUse>> ListAsync(string projectId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var jobs = await db.TuningJobs.AsNoTracking().Where(j => j.ProjectId == projectId && j.State != TuningJobState.Draft && j.State != TuningJobState.Quoted)
            .OrderBy(j => j.CreatedAt).ThenBy(j => j.Id).ToListAsync(ct);
        var models = await db.Candidates.AsNoTracking().Where(c => c.ProjectId == projectId && c.Rung == Rung.Tuned).OrderBy(c => c.CreatedAt).ThenBy(c => c.Id).ToListAsync(ct);
        return
        [
            .. jobs.Select(j => new VersionUse(
                VersionUseKind.TuningJob, j.Id, j.VersionId, null, $"{j.BaseModelName}, {j.TrainRows:N0} training and {j.ValidationRows:N0} validation rows", TuningWords.Of(j), j.CreatedAt,
                HasLearnt: j.IsOrdered)),
            .. models.Select(c => new VersionUse(VersionUseKind.Model, c.Id, c.VersionId, c.SourceId, c.Name, "", c.CreatedAt, HasLearnt: true)),
        ];
    }
}
