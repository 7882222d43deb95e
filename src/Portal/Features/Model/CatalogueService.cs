using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Model;

public sealed class CatalogueService(IDbContextFactory<PortalDbContext> dbs)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>Every model, the retired ones last.</summary>
    public async Task<IReadOnlyList<CatalogueModel>> ListAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var models = await db.CatalogueModels.AsNoTracking().ToListAsync(ct);
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
        var known = await db.CatalogueModels.Select(m => m.Id).ToListAsync(ct);
        foreach (var model in Embedded().Where(m => !known.Contains(m.Id)))
        {
            db.CatalogueModels.Add(model);
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

    internal static IReadOnlyList<CatalogueModel> Embedded()
    {
        using var file = typeof(CatalogueService).Assembly.GetManifestResourceStream("Portal.Features.Model.catalogue.json")
            ?? throw new InvalidOperationException("The catalogue is not in the assembly.");
        return JsonSerializer.Deserialize<CatalogueModel[]>(file, s_json) ?? [];
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
