using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Deploy;

/// <summary>What a member does with a canary: gives it another share, all of it, or none.</summary>
public sealed class CanaryService(IDbContextFactory<PortalDbContext> dbs, ProjectService projects, CanaryFigures figures, CurrentMember current, IOptions<DeployOptions> options, TimeProvider time)
{
    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>Both sides since the canary has had its share; empty where there is none.</summary>
    public async Task<IReadOnlyList<GuardRow>> ReadAsync(string projectId, CancellationToken ct)
    {
        await projects.GetAsync(projectId, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.Endpoints.AsNoTracking().SingleOrDefaultAsync(e => e.ProjectId == projectId, ct) is { } endpoint ? await figures.ReadAsync(db, endpoint, ct) : [];
    }

    /// <summary>What this endpoint's canaries are held to.</summary>
    public CanaryLimits LimitsOf(Endpoint endpoint) => CanaryLimits.Of(endpoint, options.Value);

    /// <summary>Holds this endpoint's canaries to limits of its own, one that runs included; null has them held to the portal's again.</summary>
    public async Task SetLimitsAsync(string projectId, CanaryLimits? limits, CancellationToken ct)
    {
        DeployRights.RequireDeployer(current);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var endpoint = await db.Endpoints.SingleOrDefaultAsync(e => e.ProjectId == projectId, ct) ?? throw new NotFoundException("endpoint");
        var before = LimitsOf(endpoint);
        endpoint.HoldTo(limits);
        db.Audit("canary.limited", DeploymentService.TargetOf(endpoint), $"From {before.Words()} to {LimitsOf(endpoint).Words()}{(limits is null ? ", as the portal has them" : "")}.");
        await DeploymentService.SaveAsync(db, ct);
    }

    public async Task StepAsync(string projectId, string deploymentId, int percent, CancellationToken ct)
    {
        DeployRights.RequireDeployer(current);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var (endpoint, canary) = await FindAsync(db, projectId, deploymentId, ct);
        var before = endpoint.CanaryPercent;
        endpoint.StepCanary(percent, Now);
        db.Audit("canary.stepped", DeploymentService.TargetOf(canary), $"From {before} % of the calls to {percent} %.");
        await DeploymentService.SaveAsync(db, ct);
    }

    /// <summary>It answers every call from the next one on; what was live can be put back.</summary>
    public async Task PromoteAsync(string projectId, string deploymentId, CancellationToken ct)
    {
        DeployRights.RequireDeployer(current);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var (endpoint, canary) = await FindAsync(db, projectId, deploymentId, ct);
        endpoint.EndCanary();
        await DeploymentService.PutLiveAsync(db, canary, Now, ct);
        canary.GoLive(Now);
        db.Audit("canary.promoted", DeploymentService.TargetOf(canary));
        await DeploymentService.SaveAsync(db, ct);
    }

    public async Task TakeBackAsync(string projectId, string deploymentId, CancellationToken ct)
    {
        DeployRights.RequireDeployer(current);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var (endpoint, canary) = await FindAsync(db, projectId, deploymentId, ct);
        await CanaryMoves.EndAsync(db, endpoint, $"{current.UserName} took it back at {endpoint.CanaryPercent} % of the calls.", Now, ct);
        db.Audit("canary.taken-back", DeploymentService.TargetOf(canary), canary.EndReason);
        await DeploymentService.SaveAsync(db, ct);
    }

    /// <summary>The one that was seen on the page, and no other that has come since.</summary>
    private static async Task<(Endpoint Endpoint, Deployment Canary)> FindAsync(PortalDbContext db, string projectId, string deploymentId, CancellationToken ct)
    {
        var canary = await db.Deployments.SingleOrDefaultAsync(d => d.Id == deploymentId && d.ProjectId == projectId, ct) ?? throw new NotFoundException("deployment");
        var endpoint = await db.Endpoints.SingleAsync(e => e.Id == canary.EndpointId, ct);
        return endpoint.CanaryDeploymentId == canary.Id
            ? (endpoint, canary)
            : throw new PortalException($"{canary.CandidateName} is no canary any more. Load the page again to see what became of it.");
    }
}
