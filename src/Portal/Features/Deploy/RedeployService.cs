using Microsoft.EntityFrameworkCore;
using Portal.Features.Connect;
using Portal.Features.Define;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Features.Tune;
using Portal.Persistence;
using Portal.Vertex;
using Portal.Vertex.Contracts;

namespace Portal.Features.Deploy;

/// <summary>What putting a deployment back begins with.</summary>
/// <param name="IsGone">Its endpoint at Google is gone, so its model is deployed there again; null where Google does not say.</param>
public sealed record ReturnPlan(bool? IsGone);

/// <summary>
/// Deploys a tuned model at Google again where the endpoint that it was called at is gone. Google's create call has no idempotency key, so
/// what is made carries a label of its own: a step that finds it takes it up, and never makes a second.
/// </summary>
public sealed class RedeployService(
    IDbContextFactory<PortalDbContext> dbs, ProjectService projects, GoogleInventory google, ConnectService connect, CurrentMember current, ILogger<RedeployService> logger)
{
    /// <summary>Says at Google which checkpoint an endpoint was made for by the portal, after the tuning's own.</summary>
    public const string CheckpointLabelKey = "portal-checkpoint";

    /// <summary>Longer than Google takes; a step that is killed leaves the test to whoever comes after that.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    /// <summary>Looks beforehand, so that whoever asks for it back knows what that begins.</summary>
    public async Task<ReturnPlan> PlanAsync(string projectId, string deploymentId, CancellationToken ct)
    {
        DeployRights.RequireDeployer(current);
        await projects.GetAsync(projectId, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var deployment = await db.Deployments.AsNoTracking().SingleOrDefaultAsync(d => d.Id == deploymentId && d.ProjectId == projectId, ct) ?? throw new NotFoundException("deployment");
        try
        {
            return new ReturnPlan(await GoneAsync(db, deployment, ct) is not null);
        }
        catch (VertexException)
        {
            return new ReturnPlan(null);
        }
    }

    /// <summary>The candidate, where it is a tuned model whose endpoint is gone; else null.</summary>
    public async Task<Candidate?> GoneAsync(PortalDbContext db, Deployment deployment, CancellationToken ct)
    {
        var candidate = await db.Candidates.SingleAsync(c => c.Id == deployment.CandidateId, ct);
        return candidate.Rung is Rung.Tuned && candidate.ModelName.StartsWith("projects/", StringComparison.Ordinal) && !await google.ServesAsync(candidate.ModelName, ct) ? candidate : null;
    }

    /// <summary>Null once the candidate is called at an endpoint that serves it; else why not, in words.</summary>
    public async Task<string?> EnsureAsync(string deploymentId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var deployment = await db.Deployments.SingleAsync(d => d.Id == deploymentId, ct);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        try
        {
            return await GoneAsync(db, deployment, ct) is { } candidate ? await AgainAsync(db, deployment, candidate, limit.Token) : null;
        }
        catch (VertexException fault)
        {
            return $"Its endpoint at Google is gone, and it could not be deployed there again. Google said: {fault.Message}";
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return "Its endpoint at Google is gone, and Google has not finished deploying it again. Put it back once more in a while: it goes on from where it is.";
        }
    }

    private async Task<string?> AgainAsync(PortalDbContext db, Deployment deployment, Candidate candidate, CancellationToken ct)
    {
        var before = candidate.ModelName;
        var checkpoint = await db.Checkpoints.SingleOrDefaultAsync(c => c.Endpoint == before, ct);
        if (checkpoint is null)
        {
            return "Its endpoint at Google is gone, and no tuning here says which model stood behind it. Tune it again, or deploy another candidate.";
        }

        var job = await db.TuningJobs.AsNoTracking().SingleAsync(j => j.Id == checkpoint.JobId, ct);
        var session = await connect.OpenAsync(VertexResourceName.Parse(before).Location ?? connect.Location, ct);
        if (await FindModelAsync(session, job, ct) is not { } model)
        {
            return "Its endpoint at Google is gone, and so is the tuned model itself. Tune it again, or deploy another candidate.";
        }

        if (!google.IsOurs(model.Labels))
        {
            return "Its endpoint at Google is gone, and the model that stands there now does not carry this organization's label. Tune it again, or deploy another candidate.";
        }

        var endpoint = await TakeEndpointAsync(session, model.Name.Split("/models/")[0], checkpoint, job, ct);
        if (endpoint.DeployedModels.Count is 0)
        {
            var served = new VertexDeployedModel { Model = model.Name, CheckpointId = checkpoint.IsDefault ? "" : checkpoint.VendorId };
            await TunedObjects.EndAsync(session, await session.Vertex.DeployModelAsync(endpoint.Name, served, ct), ct);
        }

        var name = endpoint.Name;
        db.Entry(candidate).Property(c => c.ModelName).CurrentValue = name;
        db.Entry(checkpoint).Property(c => c.Endpoint).CurrentValue = name;
        db.Audit("deployment.redeployed", DeploymentService.TargetOf(deployment), $"{before} was gone; it is called at {name} now.");
        await DeploymentService.SaveAsync(db, ct);
        logger.LogInformation("Deployment {Deployment} was deployed at Google again as {Endpoint}", deployment.Id, name);
        return null;
    }

    /// <summary>The model that the tuning made, by Google's own record of the tuning.</summary>
    private static async Task<VertexModel?> FindModelAsync(VertexSession session, TuningJob job, CancellationToken ct)
    {
        try
        {
            return (await session.Vertex.GetTuningJobAsync(job.VendorName, ct)).TunedModel?.Model is { Length: > 0 } name ? await session.Vertex.GetModelAsync(name, ct) : null;
        }
        catch (VertexException missing) when (missing.HttpStatus is 404)
        {
            return null;
        }
    }

    /// <summary>The endpoint that an earlier attempt made for this checkpoint, or a new one.</summary>
    private async Task<VertexEndpoint> TakeEndpointAsync(VertexSession session, string parent, Checkpoint checkpoint, TuningJob job, CancellationToken ct)
    {
        await foreach (var made in session.Vertex.ListEndpointsAsync($"labels.{CheckpointLabelKey}=\"{checkpoint.Id}\"", ct))
        {
            if (google.IsOurs(made.Labels) && made.Labels.GetValueOrDefault(CheckpointLabelKey) == checkpoint.Id)
            {
                return made;
            }
        }

        var asked = new VertexEndpoint
        {
            DisplayName = $"portal-{checkpoint.Id}",
            Labels = new Dictionary<string, string> { [TuningJob.TenantLabelKey] = checkpoint.TenantId, [TuningJob.LabelKey] = job.Label, [CheckpointLabelKey] = checkpoint.Id },
        };
        var begun = await session.Vertex.CreateEndpointAsync(parent, asked, ct);
        var done = begun.Done ? begun : await session.Vertex.WaitOperationAsync(begun.Name, ct);
        var name = done.Response?.GetProperty("name").GetString() ?? throw new InvalidOperationException("Google made an endpoint and did not name it.");
        return await session.Vertex.GetEndpointAsync(name, ct);
    }
}
