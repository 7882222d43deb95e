using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Persistence;

namespace Portal.Features.Model;

/// <summary>The catalogue's limits, of the model that a project has chosen or else of all that can be tuned now.</summary>
public sealed class CatalogueLimits(IDbContextFactory<PortalDbContext> dbs, CatalogueService catalogue) : IVendorLimits
{
    async Task<ProjectLimits> IVendorLimits.OfAsync(string projectId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var chosenId = await db.ModelChoices.Where(c => c.ProjectId == projectId).Select(c => c.BaseModelId).SingleOrDefaultAsync(ct);
        var tunable = (await catalogue.ListAsync(ct)).Where(m => m.IsTunable).ToList();
        return tunable.Find(m => m.Id == chosenId) is { } chosen ? new ProjectLimits([chosen.Limits], true) : new ProjectLimits([.. tunable.Select(m => m.Limits)], false);
    }
}
