using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Model;

public sealed class CatalogueService(IDbContextFactory<PortalDbContext> dbs, TimeProvider time)
{
    /// <summary>Every model that there is yet, the retired ones last.</summary>
    public async Task<IReadOnlyList<CatalogueModel>> ListAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var now = time.GetUtcNow().UtcDateTime;
        var models = await db.CatalogueModels.AsNoTracking().Where(m => m.AvailableAt == null || m.AvailableAt <= now).ToListAsync(ct);
        return [.. models.OrderBy(m => m.State is ModelState.Retired).ThenBy(m => m.Tier).ThenBy(m => m.State).ThenByDescending(m => m.Id, StringComparer.Ordinal)];
    }

    public async Task<CatalogueModel> GetAsync(string modelId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.CatalogueModels.AsNoTracking().SingleOrDefaultAsync(m => m.Id == modelId, ct) ?? throw new NotFoundException("model");
    }

    /// <summary>Adds the models of this build's catalogue that the database lacks. What an admin has edited stays as it is.</summary>
    public async Task SeedAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var known = await db.CatalogueModels.ToDictionaryAsync(m => m.Id, ct);
        var changed = await db.CatalogueChanges.Select(c => c.ModelId).Distinct().ToListAsync(ct);
        foreach (var entry in Embedded())
        {
            if (!known.TryGetValue(entry.Id, out var model))
            {
                db.CatalogueModels.Add(entry.ToModel());
            }
            else if (IsOlder(model, entry) && !changed.Contains(entry.Id))
            {
                // Of a build that kept prices without their dates, or knew no limits of files; no admin has edited it since.
                var version = model.Version;
                db.Entry(model).CurrentValues.SetValues(entry.ToModel());
                db.Entry(model).Property(m => m.Version).CurrentValue = version;
            }
        }

        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException) when (db.ChangeTracker.HasChanges())
        {
            // Another node that started with this one may have added them between the look and the save.
            var wanted = Embedded().Select(m => m.Id).ToList();
            if (await db.CatalogueModels.CountAsync(m => wanted.Contains(m.Id), ct) < wanted.Count)
            {
                throw;
            }
        }
    }

    private static bool IsOlder(CatalogueModel model, CatalogueEntry entry) => (model.Prices.Count is 0 && entry.Prices.Count > 0) || (model.MaxTrainingBytes is 0 && entry.MaxTrainingBytes > 0);

    internal static IReadOnlyList<CatalogueEntry> Embedded()
    {
        using var file = typeof(CatalogueService).Assembly.GetManifestResourceStream("Portal.Features.Model.catalogue.json")
            ?? throw new InvalidOperationException("The catalogue is not in the assembly.");
        return CatalogueEntry.ParseAll(file);
    }
}

/// <summary>Fills the catalogue when the host starts, after the database has been migrated.</summary>
internal sealed class CatalogueSeed(IServiceScopeFactory scopes) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var services = scopes.CreateAsyncScope();
        await services.ServiceProvider.GetRequiredService<CatalogueService>().SeedAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
