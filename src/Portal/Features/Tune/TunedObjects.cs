using Microsoft.EntityFrameworkCore;
using Portal.Features.Connect;
using Portal.Features.Model;
using Portal.Persistence;
using Portal.Vertex.Contracts;

namespace Portal.Features.Tune;

/// <summary>What tunings leave at Google: where it stands, and how it is taken away.</summary>
public sealed class TunedObjects(ConnectService connect, IDbContextFactory<PortalDbContext> dbs)
{
    /// <summary>Every place where a tuning of the organization in scope may have left something.</summary>
    public async Task<IReadOnlyList<string>> LocationsAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var used = await db.TuningJobs.AsNoTracking().Where(j => j.OrderedAt != null && j.Location != "").Select(j => j.Location).Distinct().ToListAsync(ct);
        // And where a job could be that lost its row: wherever any model is tuned.
        var offered = (await db.CatalogueModels.AsNoTracking().ToListAsync(ct)).SelectMany(m => m.TuningLocations);
        return [.. used.Concat(offered).Append(connect.Location).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>With all that is deployed on it.</summary>
    public static async Task DeleteEndpointAsync(VertexSession session, string name, CancellationToken ct)
    {
        foreach (var deployed in (await session.Vertex.GetEndpointAsync(name, ct)).DeployedModels)
        {
            await EndAsync(session, await session.Vertex.UndeployModelAsync(name, deployed.Id, ct), ct);
        }

        await EndAsync(session, await session.Vertex.DeleteEndpointAsync(name, ct), ct);
    }

    /// <summary>Google refuses while an endpoint serves it.</summary>
    public static async Task DeleteModelAsync(VertexSession session, string name, CancellationToken ct) =>
        await EndAsync(session, await session.Vertex.DeleteModelAsync(name, ct), ct);

    internal static async Task EndAsync(VertexSession session, VertexOperation operation, CancellationToken ct)
    {
        if (!operation.Done)
        {
            await session.Vertex.WaitOperationAsync(operation.Name, ct);
        }
    }
}
