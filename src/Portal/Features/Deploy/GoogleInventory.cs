using Microsoft.EntityFrameworkCore;
using Portal.Features.Connect;
using Portal.Features.Model;
using Portal.Features.Tune;
using Portal.Persistence;
using Portal.Vertex;

namespace Portal.Features.Deploy;

/// <summary>A model or an endpoint that carries the organization's label.</summary>
/// <param name="JobId">The tuning that it says it is of; empty where it says none.</param>
/// <param name="Serves">Something is deployed on it.</param>
public sealed record GoogleObject(StrayKind Kind, string Name, string JobId, bool Serves);

/// <summary>What Google has of the organization: all of it, or the reading failed.</summary>
public sealed record GoogleSide(IReadOnlyDictionary<string, GoogleObject> Objects)
{
    public int Models => Objects.Values.Count(o => o.Kind is StrayKind.UnknownModel);

    public IReadOnlyList<GoogleObject> Endpoints => [.. Objects.Values.Where(o => o.Kind is StrayKind.UnknownEndpoint)];
}

/// <summary>A stray as a look finds it.</summary>
public sealed record FoundStray(StrayKind Kind, string Name, string Note, string? ProjectId);

/// <summary>Lays what Google has beside what is here. It reads and changes neither.</summary>
public sealed class GoogleInventory(ConnectService connect, TunedObjects tuned, TenantScope scope)
{
    /// <summary>All of it or an exception: half a list would call the other half gone.</summary>
    public async Task<GoogleSide> ReadAsync(PortalDbContext db, CancellationToken ct)
    {
        Dictionary<string, GoogleObject> found = new(StringComparer.Ordinal);
        var filter = $"labels.{TuningJob.TenantLabelKey}=\"{scope.TenantId}\"";
        foreach (var location in await LocationsAsync(db, ct))
        {
            var session = await connect.OpenAsync(location, ct);
            await foreach (var model in session.Vertex.ListModelsAsync(filter, ct))
            {
                Add(StrayKind.UnknownModel, model.Name, model.Labels, model.DeployedModels.Count > 0);
            }

            await foreach (var endpoint in session.Vertex.ListEndpointsAsync(filter, ct))
            {
                Add(StrayKind.UnknownEndpoint, endpoint.Name, endpoint.Labels, endpoint.DeployedModels.Count > 0);
            }
        }

        return new GoogleSide(found);

        void Add(StrayKind kind, string name, IReadOnlyDictionary<string, string> labels, bool serves)
        {
            // The filter is Google's word; the label on the object is what counts.
            if (IsOurs(labels))
            {
                found[name] = new GoogleObject(kind, name, labels.GetValueOrDefault(TuningJob.LabelKey, ""), serves);
            }
        }
    }

    /// <summary>Whether what carries these labels is the organization's in scope.</summary>
    public bool IsOurs(IReadOnlyDictionary<string, string> labels) => labels.GetValueOrDefault(TuningJob.TenantLabelKey) == scope.TenantId;

    public async Task<IReadOnlyList<FoundStray>> CompareAsync(PortalDbContext db, GoogleSide side, CancellationToken ct)
    {
        var jobs = await db.TuningJobs.AsNoTracking().Select(j => new { j.Id, j.State, j.ProjectId }).ToDictionaryAsync(j => j.Id, StringComparer.Ordinal, ct);
        List<FoundStray> strays = [];
        foreach (var there in side.Objects.Values)
        {
            if (jobs.GetValueOrDefault(there.JobId) is not { } job)
            {
                strays.Add(new FoundStray(there.Kind, there.Name, "Of no tuning that the portal knows. Nothing here calls it.", null));
            }
            else if (job.State is TuningJobState.Failed or TuningJobState.Cancelled)
            {
                strays.Add(new FoundStray(there.Kind, there.Name, "Left by a tuning that did not succeed. Nothing here calls it.", job.ProjectId));
            }
        }

        strays.AddRange(await GoneAsync(db, side, ct));
        return strays;
    }

    private async Task<List<FoundStray>> GoneAsync(PortalDbContext db, GoogleSide side, CancellationToken ct)
    {
        var (endpoints, deployments) = (db.Endpoints, db.Deployments);
        var called = await (
            from candidate in db.Candidates.AsNoTracking()
            where candidate.Rung == Rung.Tuned && candidate.ModelName.StartsWith("projects/")
            let endpoint = endpoints.FirstOrDefault(e => deployments.Any(d => d.CandidateId == candidate.Id && (d.Id == e.LiveDeploymentId || d.Id == e.CanaryDeploymentId)))
            orderby candidate.Id
            select new { candidate.ModelName, candidate.Name, candidate.ProjectId, Answers = endpoint == null ? "" : endpoint.Name }).ToListAsync(ct);
        List<FoundStray> gone = [];
        foreach (var same in called.GroupBy(c => c.ModelName, StringComparer.Ordinal))
        {
            if (side.Objects.TryGetValue(same.Key, out var there) ? !there.Serves : !await ServesAsync(same.Key, ct))
            {
                var first = same.OrderByDescending(c => c.Answers).First();
                gone.Add(new FoundStray(StrayKind.GoneEndpoint, same.Key, first.Answers is "" ? $"{first.Name} was called there. It is deployed again when it is put back."
                    : $"{first.Name} is called there for callers of {first.Answers}, and does not answer.", first.ProjectId));
            }
        }

        return gone;
    }

    /// <summary>Whether there is an endpoint by this name with something on it.</summary>
    public async Task<bool> ServesAsync(string name, CancellationToken ct)
    {
        var session = await connect.OpenAsync(ct);
        try
        {
            return (await session.Vertex.GetEndpointAsync(name, ct)).DeployedModels.Count > 0;
        }
        catch (VertexException missing) when (missing.HttpStatus is 404)
        {
            return false;
        }
    }

    /// <summary>Where tunings are, and where Google put what came of them, which need not be the same.</summary>
    private async Task<IReadOnlyList<string>> LocationsAsync(PortalDbContext db, CancellationToken ct)
    {
        var names = await db.Checkpoints.AsNoTracking().Select(c => c.Endpoint).Where(e => e.StartsWith("projects/")).Distinct().ToListAsync(ct);
        // Nothing that is tuned stands in the global location, and Google lists nothing there.
        return [.. (await tuned.LocationsAsync(ct)).Concat(names.Select(n => n.Split('/')).Where(p => p.Length > 3).Select(p => p[3])).Where(l => l is not "global").Distinct(StringComparer.Ordinal)];
    }
}
