using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Persistence;

namespace Portal.Features.Model;

/// <summary>The project's tuned models that still answer, then every base model on offer.</summary>
public sealed class CandidateWriters(IDbContextFactory<PortalDbContext> dbs, CatalogueService catalogue, TimeProvider time) : IRowWriters
{
    async Task<IReadOnlyList<RowWriter>> IRowWriters.ListAsync(string projectId, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var models = (await catalogue.ListAsync(ct)).Where(m => m.IsOffered && m.PricesAt(now) is not null).ToList();
        await using var db = await dbs.CreateDbContextAsync(ct);
        var tuned = await db.Candidates.AsNoTracking().Where(c => c.ProjectId == projectId && c.Rung == Rung.Tuned).OrderByDescending(c => c.CreatedAt).ToListAsync(ct);
        return
        [
            .. tuned.Where(c => !Candidate.IsFormer(c.ModelName)).Join(models, c => c.BaseModelId, m => m.Id, (c, m) => Of(c.Id, c.Name, c.ModelName, true, m, now)),
            .. models.Select(m => Of(m.Id, m.DisplayName, m.Id, false, m, now)),
        ];
    }

    private static RowWriter Of(string id, string name, string modelName, bool isTuned, CatalogueModel model, DateTime now)
    {
        var prices = model.PricesAt(now) ?? throw new InvalidOperationException($"{model.Id} has no price.");
        return new RowWriter(id, name, modelName, isTuned, prices.Input, prices.Output, model.LeastThinkingLevel, model.LeastThinkingBudget);
    }
}
