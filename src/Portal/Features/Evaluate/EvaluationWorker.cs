using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Evaluate;

/// <summary>
/// One step of an evaluation: starts the runs that are missing, or adds up those that are done. Between the two nobody waits;
/// the sweep wakes it when its runs have come to an end.
/// </summary>
public sealed class EvaluationWorker(
    TenantScope scope, IDbContextFactory<PortalDbContext> dbs, ProjectService projects, ExampleService examples, CandidateRunService runs,
    LiveReader live, StandingRight right, TimeProvider time, ILogger<EvaluationWorker> logger)
{
    private const int PageSize = 1_000;

    private static readonly TimeSpan s_lease = TimeSpan.FromMinutes(2);

    public async Task RunAsync(string tenantId, string evaluationId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        if (await TakeAsync(evaluationId, ct) is not { } token)
        {
            return;
        }

        try
        {
            await StepAsync(evaluationId, token, ct);
        }
        catch (PortalException expected)
        {
            await SaveAsync(evaluationId, token, e => e.Fail(expected.Message, expected.Details ?? "", Now), ct);
        }
        catch (DbUpdateException lost)
        {
            // Another worker has taken it over and saved before this one.
            logger.LogWarning(lost, "Evaluation {EvaluationId} was taken over during a step", evaluationId);
        }
        finally
        {
            await dbs.GiveBackAsync<EvaluationRun>(evaluationId, token);
        }
    }

    private async Task StepAsync(string evaluationId, string token, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var evaluation = await db.EvaluationRuns.SingleAsync(e => e.Id == evaluationId, ct);
        var parts = await db.EvaluatedCandidates.Where(c => c.EvaluationId == evaluationId).OrderBy(c => c.Place).ToListAsync(ct);
        if (evaluation.LeaseToken != token)
        {
            return;
        }

        if (evaluation.Attempts > EvaluationRun.MostAttempts)
        {
            evaluation.Fail("A fault of the portal stops this evaluation again and again. The answers are kept; tell whoever runs the portal.", "", Now);
            await db.SaveChangesAsync(ct);
            return;
        }

        // Once a run is on record, the evaluation has begun and ends as it was begun.
        if (parts.TrueForAll(p => p.RunId is null) && evaluation.CancelRequestedAt is null
            && await right.WhyGoneAsync(evaluation.StartedByUserId, Permission.RunModels, evaluation.ProjectId, ct) is { } gone)
        {
            evaluation.Fail(gone, "", Now);
            db.Audit(StandingRight.Action, new AuditTarget("evaluation", evaluation.Id, $"Evaluation {evaluation.Number}", evaluation.ProjectId), gone, AuditOutcome.Denied);
            await db.SaveChangesAsync(ct);
            return;
        }

        var found = await StartMissingAsync(db, evaluation, parts, ct);
        if (!found.Any(r => r.IsActive))
        {
            await EndAsync(db, evaluation, parts, found, ct);
        }
    }

    /// <summary>Each run is on record before the next is begun; one begun by a step that was killed is found again, not begun twice.</summary>
    private async Task<List<CandidateRun>> StartMissingAsync(PortalDbContext db, EvaluationRun evaluation, List<EvaluatedCandidate> parts, CancellationToken ct)
    {
        var found = new List<CandidateRun>();
        foreach (var part in parts)
        {
            if (part.RunId is null && evaluation.CancelRequestedAt is not null)
            {
                continue;
            }

            var run = part.RunId is { } id
                ? await runs.GetAsync(id, ct)
                : await runs.StartAsync(part.CandidateId, evaluation.VersionId, Split.Test, UsageSource.Evaluation, int.MaxValue, ct, evaluation.StartedByUserId);
            part.StartedAs(run.Id);
            await db.SaveChangesAsync(ct);
            found.Add(run);
        }

        if (evaluation.State is EvaluationState.Queued && found.Exists(r => r.IsActive))
        {
            evaluation.Run();
            await db.SaveChangesAsync(ct);
        }

        return found;
    }

    private async Task EndAsync(PortalDbContext db, EvaluationRun evaluation, List<EvaluatedCandidate> parts, List<CandidateRun> found, CancellationToken ct)
    {
        if (evaluation.CancelRequestedAt is not null)
        {
            evaluation.Cancel(Now);
        }
        else if (found.Find(r => r.State is not RunState.Succeeded) is { } broken)
        {
            var name = parts.Single(p => p.RunId == broken.Id).Name;
            evaluation.Fail(broken.State is RunState.Cancelled ? $"The run of {name} was cancelled." : $"{name} could not answer the rows. {broken.Problem}", broken.ProblemDetails, Now);
        }
        else
        {
            await MeasureAsync(db, evaluation, parts, found, ct);
            evaluation.Succeed(Now);
        }

        await db.SaveChangesAsync(ct);
        logger.LogInformation("Evaluation {EvaluationId} {State}", evaluation.Id, evaluation.State);
    }

    private async Task MeasureAsync(PortalDbContext db, EvaluationRun evaluation, List<EvaluatedCandidate> parts, List<CandidateRun> found, CancellationToken ct)
    {
        var (_, task) = await projects.GetAsync(evaluation.ProjectId, ct);
        var expected = await ReadExpectedAsync(evaluation.VersionId, ct);
        var answered = new List<AnsweredRun>();
        foreach (var run in found)
        {
            var metrics = run.Metrics ?? throw new InvalidOperationException($"Run {run.Id} has succeeded without figures.");
            answered.Add(new AnsweredRun(await runs.AnswersAsync(run.Id, ct), metrics));
        }

        foreach (var (part, result) in parts.Zip(EvaluationScoring.Of(task, expected, answered, await ReadLiveAsync(db, evaluation, parts, ct))))
        {
            part.Measured(result);
        }
    }

    /// <summary>What is live now, where it is one of the candidates and somebody knows what it was judged by.</summary>
    private async Task<LiveRows?> ReadLiveAsync(PortalDbContext db, EvaluationRun evaluation, List<EvaluatedCandidate> parts, CancellationToken ct) =>
        await live.FindAsync(evaluation.ProjectId, ct) is { JudgedBy: { } judged } found && parts.Find(p => p.CandidateId == found.Candidate.Id) is { Place: var place }
            ? await LiveRows.OfAsync(db, await examples.GetVersionAsync(evaluation.VersionId, ct), evaluation.Metric, (place, found.Candidate, judged), ct) : null;

    private async Task<Dictionary<int, string>> ReadExpectedAsync(string versionId, CancellationToken ct)
    {
        var expected = new Dictionary<int, string>();
        var after = 0;
        while (await examples.ReadSealedAsync(versionId, after, PageSize, ct) is { Count: > 0 } page)
        {
            foreach (var row in page)
            {
                expected[row.Number] = row.Output;
            }

            after = page[^1].Number;
        }

        return expected;
    }

    private async Task SaveAsync(string evaluationId, string token, Action<EvaluationRun> change, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.EvaluationRuns.SingleOrDefaultAsync(e => e.Id == evaluationId && e.LeaseToken == token, ct) is { IsActive: true } evaluation)
        {
            change(evaluation);
            await db.SaveChangesAsync(ct);
        }
    }

    private async Task<string?> TakeAsync(string evaluationId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.EvaluationRuns.OfServedTenants(db).Where(e => e.Id == evaluationId && (e.State == EvaluationState.Queued || e.State == EvaluationState.Running))
            .TakeAsync(Now, s_lease, set => set.SetProperty(e => e.Attempts, e => e.Attempts + 1), ct);
    }

    private DateTime Now => time.GetUtcNow().UtcDateTime;
}
