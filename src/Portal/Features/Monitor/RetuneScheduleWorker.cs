using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Components;
using Portal.Features.Data;
using Portal.Features.Deploy;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Features.Tune;
using Portal.Persistence;
using Endpoint = Portal.Features.Deploy.Endpoint;

namespace Portal.Features.Monitor;

/// <summary>
/// Ends a schedule's period: what is begun or proposed, the entry in the log, the mail and the next date are one save, which one of two nodes
/// makes. What begins by itself needs enough of the new rows in a frozen version that nothing was tuned on, a price within the sum that was stated
/// and within the budget, and somebody who may still tune; whatever is missing, it is proposed instead.
/// </summary>
public sealed class RetuneScheduleWorker(
    TenantScope scope, IDbContextFactory<PortalDbContext> dbs, RetuneProposer proposer, TuningService tuning, StandingRight right, OwnerMail mail, TimeProvider time, ILogger<RetuneScheduleWorker> logger)
{
    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public async Task RunAsync(string tenantId, string retuneScheduleId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        try
        {
            await EndPeriodAsync(retuneScheduleId, null, ct);
        }
        catch (PortalException refused)
        {
            // The price, the budget or the data forbid it: nothing of it was saved, and somebody is to decide.
            await EndPeriodAsync(retuneScheduleId, refused.Message, ct);
        }
    }

    /// <param name="refused">Why it may not begin by itself; null where that is still to be seen.</param>
    private async Task EndPeriodAsync(string scheduleId, string? refused, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await Due(db, Now).SingleOrDefaultAsync(s => s.Id == scheduleId, ct) is not { } schedule)
        {
            return;
        }

        var act = await ActAsync(db, schedule, refused, ct);
        schedule.Ran(act.Outcome, Now);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException other)
        {
            // Another node was first, or somebody began a tuning at this moment: the sweep finds what is left to do.
            logger.LogInformation(other, "The period of schedule {Schedule} was ended by another worker", scheduleId);
            return;
        }

        mail.Wake(schedule.TenantId, act.Letters);
        if (act.Begun is { } job)
        {
            tuning.Wake(job);
        }

        logger.LogInformation("The period of schedule {Schedule} has ended", scheduleId);
    }

    private async Task<Act> ActAsync(PortalDbContext db, RetuneSchedule schedule, string? refused, CancellationToken ct)
    {
        var endpoint = await db.Endpoints.AsNoTracking().SingleAsync(e => e.Id == schedule.EndpointId, ct);
        if (await db.Deployments.AsNoTracking().SingleOrDefaultAsync(d => d.Id == endpoint.LiveDeploymentId, ct) is not { } live)
        {
            return new Act("Nothing was live, so nothing was done.");
        }

        var model = await db.Candidates.AsNoTracking().SingleAsync(c => c.Id == live.CandidateId, ct);
        if (model.Rung is not Rung.Tuned)
        {
            return new Act("What is live was not tuned, so there is nothing to tune again.");
        }

        if (await db.TuningJobs.AnyAsync(j => j.Slot == schedule.ProjectId, ct))
        {
            return new Act("A tuning was under way, so nothing was done.");
        }

        await proposer.EndAnsweredAsync(db, live, ct);
        var rows = await RetuneFigures.NewRowsAsync(db, schedule.ProjectId, model.VersionId, schedule.FewestRows, ct);
        if (!rows.IsCrossed)
        {
            return new Act($"{Show.Count(rows.Count)} of {Show.Count(schedule.FewestRows)} new rows had come from traffic: too few, so nothing was done.");
        }

        var obstacle = refused ?? await ObstacleAsync(db, schedule, model, ct);
        return obstacle is null ? await BeginAsync(db, schedule, endpoint.Name, rows, ct) : await ProposeAsync(db, (endpoint, live), rows, obstacle, ct);
    }

    /// <summary>Null where it may begin by itself; empty where nobody has asked for that.</summary>
    private async Task<string?> ObstacleAsync(PortalDbContext db, RetuneSchedule schedule, Candidate model, CancellationToken ct)
    {
        if (schedule.MostMicros is 0)
        {
            return "";
        }

        if (await right.WhyGoneAsync(schedule.SetByUserId, Permission.Tune, schedule.ProjectId, ct) is not null)
        {
            return $"It did not begin by itself: {schedule.SetByName}, who made the schedule, may no longer tune here. Whoever saves it again answers for it.";
        }

        var newest = await db.DatasetVersions.AsNoTracking().Where(v => v.ProjectId == schedule.ProjectId && v.State == VersionState.Frozen).OrderByDescending(v => v.Number).FirstOrDefaultAsync(ct);
        var unfrozen = await RetuneFigures.NewRowsAsync(db, schedule.ProjectId, newest?.Id, 1, ct);
        var learnable = (await RetuneFigures.NewRowsAsync(db, schedule.ProjectId, model.VersionId, schedule.FewestRows, ct)).Count - unfrozen.Count;
        if (newest is null || learnable < schedule.FewestRows)
        {
            return $"It did not begin by itself: {Show.Count(unfrozen.Count)} of the new rows are in no frozen version. Freeze one first; what is sealed in it is for good, so the portal does not do that for you.";
        }

        return await db.TuningJobs.AnyAsync(j => j.VersionId == newest.Id && j.State != TuningJobState.Failed, ct)
            ? $"It did not begin by itself: version {newest.Number} has been tuned on before. Evaluate that model, or freeze a version with more rows." : null;
    }

    private async Task<Act> BeginAsync(PortalDbContext db, RetuneSchedule schedule, string endpointName, RetuneSignal rows, CancellationToken ct)
    {
        var plan = await tuning.PlanAsync(schedule.ProjectId, ct);
        var settings = await tuning.LastSettingsAsync(plan, ct);
        var price = (await tuning.QuoteAsync(plan, settings, ct)).Price;
        if (price.WorstMicros > schedule.MostMicros)
        {
            throw new PortalException($"It did not begin by itself: it may cost {Show.Money(price.WorstMicros)}, and up to {Show.Money(schedule.MostMicros)} was agreed.");
        }

        var job = await tuning.AddAsync(
            db, schedule.ProjectId, new TuningSettings(settings, AgreedWorstMicros: schedule.MostMicros),
            new TuningStarter(schedule.SetByUserId, schedule.SetByName, $". By the schedule of {schedule.SetByName}: {RetuneWords.Reason(rows)}"), ct);
        var letters = await mail.AddAsync(db, Permission.Tune, $"{endpointName} is being tuned again", $"""
            By the schedule of {schedule.SetByName} a tuning of {job.BaseModelName} on version {job.VersionNumber} has begun. {RetuneWords.Reason(rows)}

            About {Show.Money(price.LikelyMicros)}, at most {Show.Money(price.WorstMicros)}; up to {Show.Money(schedule.MostMicros)} was agreed. On the project's Tune page you can watch it, or cancel it.

            What is live stays live. The new model has to be evaluated against it before it can take its place.
            """, ct);
        return new Act($"A tuning on version {job.VersionNumber} was begun, at most {Show.Money(price.WorstMicros)}. {RetuneWords.Reason(rows)}") { Letters = letters, Begun = job };
    }

    private async Task<Act> ProposeAsync(PortalDbContext db, (Endpoint Endpoint, Deployment Live) at, RetuneSignal rows, string obstacle, CancellationToken ct)
    {
        if (db.RetuneProposals.Local.Any(p => p is { State: RetuneState.Open } && p.DeploymentId == at.Live.Id))
        {
            return new Act($"A re-tune was proposed already and waits for an answer. {obstacle}".TrimEnd());
        }

        return await RetuneProposer.IsNewsAsync(db, at.Live, [rows], ct)
            ? new Act($"A re-tune was proposed. {RetuneWords.Reason(rows)} {obstacle}".TrimEnd()) { Letters = await proposer.ProposeAsync(db, at.Endpoint, at.Live, await proposer.AmongAllAsync(db, at.Live, rows, ct), obstacle, ct) }
            : new Act("A re-tune was proposed before and answered; it is proposed again for as many new rows again.");
    }

    internal static IQueryable<RetuneSchedule> Due(PortalDbContext db, DateTime now) => db.RetuneSchedules.Where(s => s.NextAt != null && s.NextAt <= now);

    /// <summary>What came of a period.</summary>
    private sealed record Act(string Outcome)
    {
        public IReadOnlyList<OutgoingMail> Letters { get; init; } = [];

        public TuningJob? Begun { get; init; }
    }
}

/// <summary>Schedules whose period is over.</summary>
public sealed class RetuneScheduleSweep(IBackgroundJobClient work) : ISwept
{
    public Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct) =>
        RetuneScheduleWorker.Due(db, now).OfServedTenants(db).OrderBy(s => s.NextAt)
            .WakeAsync(s => work.Enqueue<RetuneScheduleWorker>(w => w.RunAsync(s.TenantId, s.Id, CancellationToken.None)), ct);
}
