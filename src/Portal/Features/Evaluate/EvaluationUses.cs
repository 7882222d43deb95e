using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Persistence;

namespace Portal.Features.Evaluate;

/// <summary>Evaluations on a version's sealed rows.</summary>
public sealed class EvaluationUses(IDbContextFactory<PortalDbContext> dbs) : IVersionUses
{
    public async Task<IReadOnlyList<VersionUse>> ListAsync(string projectId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var runs = await db.EvaluationRuns.AsNoTracking().Where(e => e.ProjectId == projectId).OrderBy(e => e.Number).ToListAsync(ct);
        return [.. runs.Select(e => new VersionUse(VersionUseKind.Evaluation, e.Id, e.VersionId, null, $"Evaluation {e.Number}", e.State.ToString(), e.CreatedAt, HasLearnt: false))];
    }
}
