using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Evaluate;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Deploy;

/// <summary>An evaluated candidate, with what stands in the way of deploying it.</summary>
public sealed record DeployChoice(Candidate Candidate, ReleaseGate Gate, TokenPrices? Prices);

/// <summary>What a project serves: its endpoint once there is one, and every deployment it has had, newest first.</summary>
public sealed record DeployState(Endpoint? Endpoint, IReadOnlyList<Deployment> Deployments)
{
    public Deployment? Canary => Deployments.FirstOrDefault(d => d.Id == Endpoint?.CanaryDeploymentId);

    /// <summary>The newest deployment, where it was a canary and was taken back.</summary>
    public Deployment? TakenBack => Deployments is [{ State: DeploymentState.Undeployed, EndReason: not "" } newest, ..] ? newest : null;

    /// <summary>Tuned models, by id, whose training rows were erased since.</summary>
    public IReadOnlyDictionary<string, ErasedTraining> Erased { get; init; } = new Dictionary<string, ErasedTraining>();

    public Deployment? Live => Deployments.FirstOrDefault(d => d.Id == Endpoint?.LiveDeploymentId);

    public Deployment? UnderWay => Deployments.FirstOrDefault(d => d.IsUnderWay);

    /// <summary>What was to be put back and did not answer any more; null once something went live after that.</summary>
    public Deployment? NotReturned => Deployments.Where(d => d is { State: DeploymentState.Undeployed, SmokeProblem: not "" }).MaxBy(d => d.SmokeAt) is { } tried
        && !(Live?.DeployedAt > tried.SmokeAt) ? tried : null;
}

public sealed class DeploymentService(
    IDbContextFactory<PortalDbContext> dbs, ProjectService projects, CandidateService candidates, CatalogueService catalogue, EvaluationService evaluations,
    CurrentMember current, IEnumerable<IPlanLimits> limits, IBackgroundJobClient work, TimeProvider time)
{
    public async Task<DeployState> ReadAsync(string projectId, CancellationToken ct)
    {
        await projects.GetAsync(projectId, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var endpoint = await db.Endpoints.AsNoTracking().SingleOrDefaultAsync(e => e.ProjectId == projectId, ct);
        return endpoint is null
            ? new DeployState(null, [])
            : new DeployState(endpoint, await db.Deployments.AsNoTracking().Where(d => d.EndpointId == endpoint.Id)
                .OrderByDescending(d => d.Number).Take(25).ToListAsync(ct)) { Erased = await candidates.ErasedTrainingAsync(projectId, ct) };
    }

    /// <summary>The candidates that have been evaluated; the one to propose comes first: passed before not passed, tuned before prompted, newest before older.</summary>
    public async Task<IReadOnlyList<DeployChoice>> ChoicesAsync(string projectId, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var models = (await catalogue.ListAsync(ct)).ToDictionary(m => m.Id);
        var choices = new List<DeployChoice>();
        foreach (var candidate in await candidates.ListAsync(projectId, ct))
        {
            if (await evaluations.FindGateAsync(projectId, candidate.Id, ct) is { } gate)
            {
                choices.Add(new DeployChoice(candidate, gate, models.GetValueOrDefault(candidate.BaseModelId)?.PricesAt(now)));
            }
        }

        return [.. choices.OrderByDescending(c => c.Gate.Passed).ThenByDescending(c => c.Candidate.Rung is Rung.Tuned).ThenByDescending(c => c.Candidate.CreatedAt)];
    }

    /// <summary>
    /// Approves a candidate and begins its test; it answers callers once the test has passed. Without a passed gate only an owner may,
    /// and only with a reason, which stays on record.
    /// </summary>
    public Task<Deployment> DeployAsync(string projectId, string candidateId, string name, string overrideReason, CancellationToken ct) =>
        BeginAsync(projectId, new DeployOrder(candidateId, name, overrideReason), ct);

    /// <summary>The same for a share of the calls at first, beside what is live.</summary>
    public async Task<Deployment> DeployCanaryAsync(string projectId, string candidateId, int percent, string overrideReason, CancellationToken ct)
    {
        DeployRights.RequireDeployer(current);
        await projects.GetAsync(projectId, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var name = await db.Endpoints.Where(e => e.ProjectId == projectId && e.LiveDeploymentId != null).Select(e => e.Name).SingleOrDefaultAsync(ct)
            ?? throw new PortalException("Nothing is live here, so there is nothing that a canary could stand beside. Deploy the candidate in full.");
        return await BeginAsync(projectId, new DeployOrder(candidateId, name, overrideReason) { Percent = Endpoint.CheckedPercent(percent) }, ct);
    }

    private async Task<Deployment> BeginAsync(string projectId, DeployOrder order, CancellationToken ct)
    {
        DeployRights.RequireDeployer(current);
        var choice = await RequireDeployableAsync(projectId, order.CandidateId, ct);
        var reason = RequireApproval(choice.Gate, order.OverrideReason);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var endpoint = await TakeEndpointAsync(db, projectId, Endpoint.CheckedName(order.Name), ct);
        if (endpoint.LiveDeploymentId is null)
        {
            await limits.RequireRoomAsync(db, Limit.Deployments, ct);
        }

        var deployment = new Deployment
        {
            ProjectId = projectId,
            EndpointId = endpoint.Id,
            CandidateId = order.CandidateId,
            CandidateName = choice.Candidate.Name,
            BaseModelId = choice.Candidate.BaseModelId,
            Number = endpoint.TakeNumber(),
            FirstPercent = order.Percent,
            GatePassed = choice.Gate.Passed,
            OverrideReason = reason,
            ApprovedByUserId = current.UserId,
            ApprovedByName = current.UserName,
            ApprovedAt = time.GetUtcNow().UtcDateTime,
        };
        db.Deployments.Add(deployment);
        db.Audit("deployment.approved", TargetOf(deployment), reason is "" ? "" : $"In spite of the release gate: {reason}");
        await SaveAsync(db, ct);
        work.Enqueue<SmokeWorker>(w => w.RunAsync(deployment.TenantId, deployment.Id, CancellationToken.None));
        return deployment;
    }

    /// <summary>Begins to put an earlier deployment back: a test call shows first that it still answers, and until then nothing changes for callers.</summary>
    public async Task RollBackAsync(string projectId, string deploymentId, CancellationToken ct)
    {
        DeployRights.RequireDeployer(current);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var deployment = await db.Deployments.SingleOrDefaultAsync(d => d.Id == deploymentId && d.ProjectId == projectId, ct) ?? throw new NotFoundException("deployment");
        if (!deployment.CanComeBack)
        {
            throw new PortalException("Only a deployment that has answered before can be put back. Load the page again to see what is live now.");
        }

        var endpoint = await db.Endpoints.SingleAsync(e => e.Id == deployment.EndpointId, ct);
        await RequireNoTestAsync(db, endpoint, ct);
        if (endpoint.LiveDeploymentId is null)
        {
            await limits.RequireRoomAsync(db, Limit.Deployments, ct);
        }

        deployment.Return(current.UserId, time.GetUtcNow().UtcDateTime);
        db.Audit("deployment.rolled-back", TargetOf(deployment), "It answers callers once a test call has passed.");
        await SaveAsync(db, ct);
        work.Enqueue<SmokeWorker>(w => w.RunAsync(deployment.TenantId, deployment.Id, CancellationToken.None));
    }

    /// <summary>Has callers told to come back, in words of the owner's; every node reads it with the next call.</summary>
    public async Task PauseAsync(string projectId, string message, CancellationToken ct)
    {
        DeployRights.RequireDeployer(current);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var endpoint = await db.Endpoints.SingleOrDefaultAsync(e => e.ProjectId == projectId, ct) ?? throw new NotFoundException("endpoint");
        endpoint.Pause(message, time.GetUtcNow().UtcDateTime);
        db.Audit("endpoint.paused", TargetOf(endpoint), $"Callers read: {endpoint.PauseMessage}");
        await SaveAsync(db, ct);
    }

    public async Task ResumeAsync(string projectId, CancellationToken ct)
    {
        DeployRights.RequireDeployer(current);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var endpoint = await db.Endpoints.SingleOrDefaultAsync(e => e.ProjectId == projectId, ct) ?? throw new NotFoundException("endpoint");
        if (endpoint.PausedAt is not null)
        {
            endpoint.Resume();
            db.Audit("endpoint.resumed", TargetOf(endpoint));
            await SaveAsync(db, ct);
        }
    }

    public async Task UndeployAsync(string projectId, CancellationToken ct)
    {
        DeployRights.RequireDeployer(current);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var endpoint = await db.Endpoints.SingleOrDefaultAsync(e => e.ProjectId == projectId, ct) ?? throw new NotFoundException("endpoint");
        if (endpoint.LiveDeploymentId is { } live)
        {
            await CanaryMoves.EndAsync(db, endpoint, "The endpoint was undeployed.", time.GetUtcNow().UtcDateTime, ct);
            var ended = await db.Deployments.SingleAsync(d => d.Id == live, ct);
            ended.End(time.GetUtcNow().UtcDateTime);
            endpoint.TakeDown();
            db.Audit("deployment.ended", TargetOf(ended));
            await SaveAsync(db, ct);
        }
    }

    /// <summary>Moves the endpoint's one reference, in the caller's context.</summary>
    internal static async Task PutLiveAsync(PortalDbContext db, Deployment deployment, DateTime now, CancellationToken ct)
    {
        var endpoint = await db.Endpoints.SingleAsync(e => e.Id == deployment.EndpointId, ct);
        if (endpoint.LiveDeploymentId is { } before && before != deployment.Id)
        {
            (await db.Deployments.SingleAsync(d => d.Id == before, ct)).End(now);
        }

        endpoint.PutLive(deployment.Id);
    }

    private async Task<DeployChoice> RequireDeployableAsync(string projectId, string candidateId, CancellationToken ct)
    {
        var (candidate, _) = await candidates.GetAsync(candidateId, ct);
        if (candidate.ProjectId != projectId)
        {
            throw new NotFoundException("candidate");
        }

        Candidate.RefuseFormer(candidate.ModelName);
        var gate = await evaluations.FindGateAsync(projectId, candidateId, ct)
            ?? throw new PortalException($"{candidate.Name} has not been evaluated, so nobody knows what it is worth. Evaluate it first.");
        var model = await catalogue.GetAsync(candidate.BaseModelId, ct);
        if (!model.IsOffered)
        {
            throw new PortalException($"{model.DisplayName} is retired and would not answer. Tune or choose a model that is offered, then deploy that.");
        }

        var prices = model.PricesAt(time.GetUtcNow().UtcDateTime)
            ?? throw new PortalException($"The catalogue has no price for {model.DisplayName}, so its calls could not be billed. Ask the platform's admin to enter one.");
        return new DeployChoice(candidate, gate, prices);
    }

    private string RequireApproval(ReleaseGate gate, string overrideReason)
    {
        var reason = overrideReason.Trim();
        if (gate.Passed)
        {
            return "";
        }

        if (!DeployRights.MayOverride(current))
        {
            throw new PortalException("The release gate has not passed, and only an owner may deploy in spite of it. Ask an owner, or improve the candidate.");
        }

        return reason.Length is >= 10 and <= Deployment.ReasonLength
            ? reason
            : throw new PortalException($"The release gate has not passed. To deploy all the same, say why in 10 to {Deployment.ReasonLength} characters; it stays on record with your name.");
    }

    private async Task<Endpoint> TakeEndpointAsync(PortalDbContext db, string projectId, string name, CancellationToken ct)
    {
        var endpoint = await db.Endpoints.SingleOrDefaultAsync(e => e.ProjectId == projectId, ct);
        if (endpoint is null)
        {
            if (await db.Endpoints.AnyAsync(e => e.Name == name, ct))
            {
                throw new PortalException($"Another project of your organization is called {name} by its callers. Choose another name.");
            }

            endpoint = new Endpoint { ProjectId = projectId, Name = name, CreatedAt = time.GetUtcNow().UtcDateTime };
            db.Endpoints.Add(endpoint);
        }
        else if (endpoint.Name != name)
        {
            throw new PortalException($"This project's callers know it as {endpoint.Name}. A new deployment takes its place under the same name.");
        }
        else
        {
            await RequireNoTestAsync(db, endpoint, ct);
        }

        return endpoint;
    }

    private static async Task RequireNoTestAsync(PortalDbContext db, Endpoint endpoint, CancellationToken ct)
    {
        if (await db.Deployments.AnyAsync(d => d.EndpointId == endpoint.Id && (d.State == DeploymentState.Draft || d.State == DeploymentState.Testing), ct))
        {
            throw new PortalException("A deployment is being tested just now. Wait until it is live or has failed, then begin the next.");
        }

        if (endpoint.CanaryDeploymentId is not null)
        {
            throw new PortalException("A canary is being compared with what is live. Promote it or take it back, then begin the next.");
        }
    }

    internal static AuditTarget TargetOf(Deployment deployment) => new("deployment", deployment.Id, $"{deployment.Number}: {deployment.CandidateName}", deployment.ProjectId);

    internal static AuditTarget TargetOf(Endpoint endpoint) => new("endpoint", endpoint.Id, endpoint.Name, endpoint.ProjectId);

    internal static async Task SaveAsync(PortalDbContext db, CancellationToken ct)
    {
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException conflict)
        {
            throw new PortalException("Somebody else has just changed what is deployed here, so nothing was done. Look at it again, then repeat what you did.", conflict);
        }
    }
}
