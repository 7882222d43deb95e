using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Features.Billing;
using Portal.Features.Connect;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Vertex;

namespace Portal.Features.Model;

/// <summary>
/// One step of a run: takes it by a lease, asks for a chunk of rows, and saves answers and usage in one transaction. Killed
/// before the save, the chunk is asked again; after it, the next step goes on behind it.
/// </summary>
public sealed class CandidateRunWorker(
    TenantScope scope, IDbContextFactory<PortalDbContext> dbs, ConnectService connect, ProjectService projects, CandidateService candidates,
    RunRows rows, RunLease lease, RowAsker asker, BillingService billing, StandingRight right, IBackgroundJobClient jobs, IOptions<RunOptions> options,
    TimeProvider time, ILogger<CandidateRunWorker> logger)
{
    /// <summary>As many refused rows before the first answer: then it is not the rows.</summary>
    private const int HopelessRows = 20;

    public async Task RunAsync(string tenantId, string runId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        if (await lease.TakeAsync(runId, ct) is not { } run)
        {
            return;
        }

        try
        {
            await StepAsync(run, ct);
        }
        catch (RightGoneException gone)
        {
            var name = (await candidates.GetAsync(run.CandidateId, ct)).Candidate.Name;
            await EndAsync(run, r => r.Fail(gone.Message, "", Now), ct, new AuditTarget("run", run.Id, name, run.ProjectId));
        }
        catch (PortalException expected)
        {
            await EndAsync(run, r => r.Fail(expected.Message, expected.Details ?? "", Now), ct);
        }
        catch (DbUpdateConcurrencyException lost)
        {
            // Another worker has taken the run over: its answers stand, and it goes on.
            logger.LogWarning(lost, "Run {RunId} was taken over during a step", runId);
        }
        catch (Exception bug) when (bug is not OperationCanceledException)
        {
            logger.LogError(bug, "A step of run {RunId} failed", runId);
            await SaveAsync(run, [], Asked.Nothing, r => Pause(r, null, "A fault of the portal interrupted the run", ""), ct);
        }
        finally
        {
            await lease.ReleaseAsync(run);
        }
    }

    private async Task StepAsync(CandidateRun run, CancellationToken ct)
    {
        if (run.CancelRequestedAt is not null)
        {
            await EndAsync(run, r => r.Cancel(Now), ct);
        }
        else if (run.Answered >= run.Total)
        {
            await FinishAsync(run, ct);
        }
        else if (run.SpentMicros > 0 && run.SpentMicros >= run.ReservedMicros)
        {
            await EndAsync(run, r => r.Fail("The amount held for this run is used up: its answers were longer than the quote's worst. Run it again for the rest.", "", Now), ct);
        }
        else
        {
            if (run.IsUntouched)
            {
                await right.RequireAsync(run.StartedByUserId, Permission.RunModels, run.ProjectId, ct);
            }

            await AskAsync(run, ct);
        }
    }

    private async Task AskAsync(CandidateRun run, CancellationToken ct)
    {
        var candidate = await candidates.GetAsync(run.CandidateId, ct);
        var (_, task) = await projects.GetAsync(run.ProjectId, ct);
        var session = await connect.OpenAsync(ct);
        var settled = await SettledBeyondCursorAsync(run, ct);
        var chunk = await rows.NextAsync(run, options.Value.ChunkRows + settled.Count, ct);
        var open = chunk.Where(r => !settled.Contains(r.Number)).Take(options.Value.ChunkRows).ToList();
        if (open.Count is 0)
        {
            throw new PortalException($"Version rows are missing: {run.Answered:N0} of {run.Total:N0} were found. Freeze a new version and run it again.");
        }

        Asked asked;
        await using (lease.Keep(run))
        {
            asked = await asker.AskAsync(session, candidate, task, run.Id, open, ct);
        }

        settled.UnionWith(asked.Answers.Select(a => a.Number));
        var done = chunk.TakeWhile(r => settled.Contains(r.Number)).ToList();
        await SaveAsync(run, done, asked, r => Decide(r, asked, session.IsSandbox ? "The sandbox" : "Google"), ct);
    }

    /// <summary>What follows from a step: go on, wait, or give up with the vendor's words.</summary>
    private void Decide(CandidateRun run, Asked asked, string vendor)
    {
        if (asked.Fault is { IsTransient: true } busy)
        {
            Pause(run, busy.RetryAfter, busy.HttpStatus is 0 ? $"{vendor} does not answer" : $"{vendor} answers {busy.HttpStatus}", $"{busy.Status}: {busy.Message}");
        }
        else if (asked.Fault is { } refused)
        {
            run.Fail($"{vendor} refused: {refused.HttpStatus} {refused.Status}. See the details for the reason, then check the connection.", refused.Message, Now);
        }
        else if (run is { Done: 0, FailedCount: >= HopelessRows } || (run.Done is 0 && run.FailedCount == run.Total))
        {
            run.Fail($"{vendor} refused every row it was asked.", asked.Answers.Select(a => a.Error).LastOrDefault(e => e is not null) ?? "", Now);
        }
    }

    private void Pause(CandidateRun run, TimeSpan? asWished, string problem, string details)
    {
        if (run.CancelRequestedAt is not null)
        {
            return;
        }

        if (run.FruitlessSteps >= options.Value.FruitlessSteps)
        {
            run.Fail($"{problem}, and did so {run.FruitlessSteps} times in a row. The answers so far are kept; run it again later.", details, Now);
            return;
        }

        var delay = asWished ?? TimeSpan.FromSeconds(Math.Min(60, 1 << Math.Clamp(run.FruitlessSteps, 1, 6)));
        run.Wait(Now + delay, problem, details, Now);
    }

    private async Task SaveAsync(
        CandidateRun claimed, List<VersionExample> behind, Asked asked, Action<CandidateRun> decide, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var run = await db.CandidateRuns.SingleAsync(r => r.Id == claimed.Id, ct);
        if (run.LeaseToken != claimed.LeaseToken)
        {
            logger.LogWarning("Run {RunId} was taken over during a step", claimed.Id);
            return;
        }

        db.CandidateAnswers.AddRange(asked.Answers);
        var failed = asked.Answers.Count(a => a.Error is not null);
        run.Advance(behind.Count > 0 ? behind[^1].Number : run.Cursor, asked.Answers.Count - failed, failed, Record(db, run, asked.Answers), Now);
        decide(run);
        await SaveAndGoOnAsync(db, run, ct);
    }

    private long Record(PortalDbContext db, CandidateRun run, IReadOnlyList<CandidateAnswer> answers)
    {
        if (answers.Count is 0)
        {
            return 0;
        }

        // A row is settled once, so no two chunks begin with the same number.
        var key = $"run:{run.Id}:{answers[0].Number}-{answers[^1].Number}";
        var (input, output) = (answers.Sum(a => (long)a.InputTokens), answers.Sum(a => (long)a.OutputTokens + a.ThinkingTokens));
        billing.Record(db, new UsageFact(run.ProjectId, Meter.InputTokens, run.Source, input, run.InputPricePerMillion, run.Id, $"{key}:input") { ByUserId = run.StartedByUserId });
        billing.Record(db, new UsageFact(run.ProjectId, Meter.OutputTokens, run.Source, output, run.OutputPricePerMillion, run.Id, $"{key}:output") { ByUserId = run.StartedByUserId });
        return Quote.Price(input, run.InputPricePerMillion) + Quote.Price(output, run.OutputPricePerMillion);
    }

    private async Task FinishAsync(CandidateRun run, CancellationToken ct)
    {
        var (_, task) = await projects.GetAsync(run.ProjectId, ct);
        var expected = await rows.ExpectedAsync(run, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var answers = await db.CandidateAnswers.AsNoTracking().Where(a => a.RunId == run.Id).OrderBy(a => a.Number).ToListAsync(ct);
        var metrics = RunMetrics.Of(task, run.Metric, run.Prices, expected, answers);
        await EndAsync(run, r => r.Succeed(metrics, Now), ct);
    }

    private async Task EndAsync(CandidateRun claimed, Action<CandidateRun> end, CancellationToken ct, AuditTarget? stopped = null)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var run = await db.CandidateRuns.SingleAsync(r => r.Id == claimed.Id, ct);
        if (run.LeaseToken == claimed.LeaseToken)
        {
            end(run);
            if (stopped is not null)
            {
                db.Audit(StandingRight.Action, stopped, run.Problem, AuditOutcome.Denied);
            }

            await SaveAndGoOnAsync(db, run, ct);
        }
    }

    private async Task SaveAndGoOnAsync(PortalDbContext db, CandidateRun run, CancellationToken ct)
    {
        if (!run.IsActive)
        {
            await billing.EndReservationAsync(db, run.Id, run.SpentMicros > 0 ? ReservationState.Settled : ReservationState.Released, ct);
            logger.LogInformation("Run {RunId} {State}: {Done} answered, {Failed} failed of {Total}", run.Id, run.State, run.Done, run.FailedCount, run.Total);
        }

        await db.SaveChangesAsync(ct);
        if (run is { IsActive: true, NextAttemptAt: { } later })
        {
            jobs.Schedule<CandidateRunWorker>(w => w.RunAsync(run.TenantId, run.Id, CancellationToken.None), later);
        }
        else if (run.IsActive)
        {
            jobs.Enqueue<CandidateRunWorker>(w => w.RunAsync(run.TenantId, run.Id, CancellationToken.None));
        }
    }

    private async Task<HashSet<int>> SettledBeyondCursorAsync(CandidateRun run, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return [.. await db.CandidateAnswers.AsNoTracking().Where(a => a.RunId == run.Id && a.Number > run.Cursor).Select(a => a.Number).ToListAsync(ct)];
    }

    private DateTime Now => time.GetUtcNow().UtcDateTime;
}
