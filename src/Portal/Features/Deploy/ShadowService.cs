using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Portal.Features.Define;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Deploy;

/// <summary>What somebody asks for when they begin a shadow run.</summary>
public sealed record ShadowOrder(string CandidateId, int Percent, int Calls, int Days, decimal DayLimit);

/// <summary>What stands on the page: the run, with its figures, and what could be begun.</summary>
/// <param name="Run">The one that runs, or the latest; null before the first.</param>
/// <param name="Choices">Candidates that may be asked.</param>
public sealed record ShadowView(ShadowRun? Run, ShadowFigures? Figures, IReadOnlyList<Candidate> Choices);

/// <summary>Begins, reads and stops shadow runs.</summary>
public sealed class ShadowService(IDbContextFactory<PortalDbContext> dbs, ProjectService projects, CandidateService candidates, CatalogueService catalogue, CurrentMember current)
{
    public async Task<ShadowView> ReadAsync(string projectId, CancellationToken ct)
    {
        await projects.GetAsync(projectId, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var run = await db.ShadowRuns.AsNoTracking().Where(r => r.ProjectId == projectId).OrderByDescending(r => r.StartedAt).FirstOrDefaultAsync(ct);
        return new ShadowView(run, run is null ? null : await ShadowFigures.ReadAsync(db, run.Id, ct), [.. (await candidates.ListAsync(projectId, ct)).Where(c => !Candidate.IsFormer(c.ModelName))]);
    }

    public async Task<ShadowRun> StartAsync(string projectId, ShadowOrder order, CancellationToken ct)
    {
        DeployRights.RequireDeployer(current);
        var dayMicros = Checked(order);
        var candidate = await RequireAskableAsync(projectId, order.CandidateId, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.UnpaidAccounts.AnyAsync(ct))
        {
            throw new PortalException(BillingService.UnpaidWords);
        }

        var endpoint = await db.Endpoints.SingleOrDefaultAsync(e => e.ProjectId == projectId && e.LiveDeploymentId != null, ct)
            ?? throw new PortalException("Nothing is live here, so there are no calls that could be copied. Deploy a candidate first.");
        if (endpoint.ShadowRunId is not null)
        {
            throw new PortalException("A shadow run is under way here. Stop it, then begin the next.");
        }

        var run = new ShadowRun
        {
            ProjectId = projectId, EndpointId = endpoint.Id, CandidateId = candidate.Id, CandidateName = candidate.Name, BaseModelId = candidate.BaseModelId, Percent = order.Percent, Calls = order.Calls,
            DayMicros = dayMicros, StartedByUserId = current.UserId, StartedByName = current.UserName, StartedAt = db.Now, EndsAt = db.Now.AddDays(order.Days),
        };
        db.ShadowRuns.Add(run);
        run.Begin();
        endpoint.BeginShadow(run.Id, run.Percent);
        db.Audit("shadow.started", run.AsTarget(), $"{order.Percent} of 100 calls, until {order.Calls} calls or {order.Days} days; at most {Components.Show.Money(dayMicros)} a day.");
        await DeploymentService.SaveAsync(db, ct);
        return run;
    }

    public async Task StopAsync(string projectId, string shadowRunId, CancellationToken ct)
    {
        DeployRights.RequireDeployer(current);
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (!await db.ShadowRuns.AnyAsync(r => r.Id == shadowRunId && r.ProjectId == projectId, ct))
        {
            throw new NotFoundException("shadow run");
        }

        await ShadowMoves.EndAsync(db, shadowRunId, $"{current.UserName} stopped it.", ct);
    }

    private static long Checked(ShadowOrder order)
    {
        if (order.Percent is < 1 or > ShadowRun.MostPercent || order.Calls is < 1 or > ShadowRun.MostCalls || order.Days is < 1 or > ShadowRun.MostDays || order.DayLimit is < 0.01m or > 10_000m)
        {
            throw new PortalException($"A shadow run copies 1 to {ShadowRun.MostPercent} of 100 calls, until 1 to {ShadowRun.MostCalls:N0} calls or 1 to {ShadowRun.MostDays} days, for $0.01 to $10,000 a day. Change what is outside that.");
        }

        return (long)(order.DayLimit * 1_000_000m);
    }

    private async Task<Candidate> RequireAskableAsync(string projectId, string candidateId, CancellationToken ct)
    {
        var (candidate, _) = await candidates.GetAsync(candidateId, ct);
        if (candidate.ProjectId != projectId)
        {
            throw new NotFoundException("candidate");
        }

        await projects.GetAsync(projectId, ct);
        Candidate.RefuseFormer(candidate.ModelName);
        var model = await catalogue.GetAsync(candidate.BaseModelId, ct);
        return model.IsOffered && model.PricesAt(DateTime.MaxValue) is not null
            ? candidate
            : throw new PortalException($"{model.DisplayName} is retired or has no price, so it cannot be asked. Choose another candidate.");
    }
}
