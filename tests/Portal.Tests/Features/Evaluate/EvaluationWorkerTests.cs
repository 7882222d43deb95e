using System.Net;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Evaluate;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Tests.Features.Model;
using Xunit;

namespace Portal.Tests.Features.Evaluate;

public sealed class EvaluationWorkerTests : IDisposable
{
    private static readonly CancellationToken s_ct = EvaluateRig.Ct;

    private readonly EvaluateRig _rig = new();

    [Fact]
    public async Task Run_WhoseStarterLostTheRight_StopsBeforeAnyRunAndHoldsNothing()
    {
        await _rig.SeedAsync();
        var evaluation = await _rig.StartAsync();
        await _rig.Model.Database.SetMemberAsync("org_test", "usr_1", MemberRole.Reviewer);

        await _rig.StepAsync(evaluation.Id);

        var detail = await _rig.Service.GetAsync(_rig.ProjectId, evaluation.Id, s_ct);
        Assert.Equal(EvaluationState.Failed, detail.Evaluation.State);
        Assert.StartsWith("Olivia, who started this may no longer run", detail.Evaluation.Problem, StringComparison.Ordinal);
        Assert.Empty(detail.Runs);
        await using var db = _rig.Model.Database.CreateDbContext();
        Assert.Equal(0, await db.Reservations.CountAsync(s_ct));
        Assert.Equal(1, await db.Set<AuditEntry>().CountAsync(e => e.Action == StandingRight.Action && e.TargetId == evaluation.Id, s_ct));
    }

    [Fact]
    public async Task Run_StartedRuns_GoByTheRightOfWhoeverStartedTheEvaluation()
    {
        await _rig.SeedAsync();
        var evaluation = await _rig.StartAsync();
        await _rig.StepAsync(evaluation.Id);
        await _rig.Model.Database.SetMemberAsync("org_test", "usr_1", null);

        await _rig.AnswerAsync(evaluation.Id, _rig.Right(70, 92));
        await _rig.StepAsync(evaluation.Id);

        var detail = await _rig.Service.GetAsync(_rig.ProjectId, evaluation.Id, s_ct);
        Assert.Equal(EvaluationState.Failed, detail.Evaluation.State);
        Assert.All(detail.Runs.Values, r => Assert.Equal((RunState.Failed, 0L, "usr_1"), (r.State, r.SpentMicros, r.StartedByUserId)));
        Assert.Contains("may no longer", detail.Evaluation.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_FromStartToEnd_MeasuresBothOnTheSealedRows()
    {
        await _rig.SeedAsync(test: 100);

        var detail = await _rig.EvaluateAsync(_rig.Right(70, 92));

        Assert.Equal(EvaluationState.Succeeded, detail.Evaluation.State);
        Assert.All(detail.Runs.Values, r => Assert.Equal(Split.Test, r.Split));
        var (baseline, tuned) = (detail.Baseline.Result!, detail.Candidates[1].Result!);
        Assert.Equal((0.70, 0.92), (baseline.Of(MetricKind.Accuracy)!.Value.Value, tuned.Of(MetricKind.Accuracy)!.Value.Value));
        var comparison = tuned.Of(MetricKind.Accuracy)!.ToBaseline!;
        Assert.Equal(ComparisonVerdict.Better, comparison.Verdict);
        Assert.Equal(McNemar.ExactP(22, 0), comparison.P);
        Assert.Equal(22, baseline.Confusions.Sum(c => c.Pair.Count) - tuned.Confusions.Sum(c => c.Pair.Count));
        Assert.Equal((100, 10), (baseline.MeanInputTokens, tuned.MeanInputTokens));
    }

    [Fact]
    public async Task Run_KilledAfterOneRunWasStarted_GoesOnWithTheSameRun()
    {
        await _rig.SeedAsync();
        var evaluation = await _rig.StartAsync();
        // As if the process died between the start of the first run and its note.
        var begun = await _rig.Get<CandidateRunService>().StartAsync(_rig.Baseline.Id, _rig.VersionId, Split.Test, Portal.Features.Billing.UsageSource.Evaluation, s_ct);

        await _rig.StepAsync(evaluation.Id);

        var detail = await _rig.Service.GetAsync(_rig.ProjectId, evaluation.Id, s_ct);
        Assert.Equal(begun.Id, detail.Baseline.RunId);
        Assert.Equal(2, (await _rig.Get<CandidateRunService>().ListAsync(_rig.ProjectId, Split.Test, s_ct)).Count);
        Assert.Equal(EvaluationState.Running, detail.Evaluation.State);
    }

    [Fact]
    public async Task Run_ManyAtOnce_StartsEachRunOnce()
    {
        await _rig.SeedAsync();
        var evaluation = await _rig.StartAsync();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => _rig.StepAsync(evaluation.Id))));

        Assert.Equal(2, (await _rig.Get<CandidateRunService>().ListAsync(_rig.ProjectId, Split.Test, s_ct)).Count);
    }

    [Fact]
    public async Task Run_HeldByAWorkerThatDied_IsTakenOverWhenItsLeaseHasRunOut()
    {
        await _rig.SeedAsync();
        var evaluation = await _rig.StartAsync();
        await using (var db = _rig.Model.Database.CreateDbContext())
        {
            var until = _rig.Model.Now.AddMinutes(2);
            await db.EvaluationRuns.ExecuteUpdateAsync(set => set.SetProperty(e => e.LeaseToken, "dead").SetProperty(e => e.LeaseUntil, until), s_ct);
        }

        await _rig.StepAsync(evaluation.Id);
        Assert.Equal(EvaluationState.Queued, (await _rig.Service.GetAsync(_rig.ProjectId, evaluation.Id, s_ct)).Evaluation.State);
        Assert.Equal(0, await _rig.SweepAsync());

        _rig.Model.Time.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(1, await _rig.SweepAsync());
        await _rig.StepAsync(evaluation.Id);
        Assert.Equal(EvaluationState.Running, (await _rig.Service.GetAsync(_rig.ProjectId, evaluation.Id, s_ct)).Evaluation.State);
    }

    [Fact]
    public async Task Sweep_WakesAnEvaluationWhenItsRunsHaveEnded_AndNotBefore()
    {
        await _rig.SeedAsync();
        var evaluation = await _rig.StartAsync();
        Assert.Equal(0, await _rig.SweepAsync());
        await _rig.StepAsync(evaluation.Id);
        _rig.Model.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, await _rig.SweepAsync());

        await _rig.AnswerAsync(evaluation.Id, _rig.Right(70, 92));
        Assert.Equal(1, await _rig.SweepAsync());

        await _rig.StepAsync(evaluation.Id);
        Assert.Equal(0, await _rig.SweepAsync());
    }

    [Fact]
    public async Task Run_WhenACandidateCannotAnswer_FailsWithTheReasonAndCanBeStartedAgain()
    {
        await _rig.SeedAsync(test: 30);
        var evaluation = await _rig.StartAsync();
        await _rig.StepAsync(evaluation.Id);
        var detail = await _rig.Service.GetAsync(_rig.ProjectId, evaluation.Id, s_ct);
        _rig.Model.Vertex.Respond = _ => FakeVertex.Error(HttpStatusCode.Forbidden, "PERMISSION_DENIED", "no access to the endpoint");
        await _rig.Model.StepAsync(detail.Candidates[1].RunId!);
        _rig.Model.Vertex.Respond = input => FakeVertex.Text(input[^1..]);
        await _rig.AnswerAsync(evaluation.Id, _rig.Right(90, 90));

        await _rig.StepAsync(evaluation.Id);

        var failed = (await _rig.Service.GetAsync(_rig.ProjectId, evaluation.Id, s_ct)).Evaluation;
        Assert.Equal(EvaluationState.Failed, failed.State);
        Assert.StartsWith("Tuned job_1 could not answer the rows.", failed.Problem, StringComparison.Ordinal);
        Assert.Contains("no access to the endpoint", failed.ProblemDetails, StringComparison.Ordinal);

        var again = await _rig.EvaluateAsync(_rig.Right(90, 90));
        Assert.Equal(EvaluationState.Succeeded, again.Evaluation.State);
        Assert.Equal(detail.Baseline.RunId, again.Baseline.RunId);
    }

    [Fact]
    public async Task Cancel_UnderWay_EndsAsCancelled()
    {
        await _rig.SeedAsync();
        var evaluation = await _rig.StartAsync();
        await _rig.StepAsync(evaluation.Id);

        await _rig.Service.CancelAsync(_rig.ProjectId, evaluation.Id, s_ct);
        await _rig.AnswerAsync(evaluation.Id, _rig.Right(90, 90));
        await _rig.StepAsync(evaluation.Id);

        var detail = await _rig.Service.GetAsync(_rig.ProjectId, evaluation.Id, s_ct);
        Assert.Equal(EvaluationState.Cancelled, detail.Evaluation.State);
        Assert.All(detail.Runs.Values, r => Assert.Equal(RunState.Cancelled, r.State));
        Assert.Empty(await _rig.Model.UsageAsync());
    }

    [Fact]
    public async Task Cancel_BeforeAnythingWasStarted_StartsNothing()
    {
        await _rig.SeedAsync();
        var evaluation = await _rig.StartAsync();

        await _rig.Service.CancelAsync(_rig.ProjectId, evaluation.Id, s_ct);
        await _rig.StepAsync(evaluation.Id);

        Assert.Equal(EvaluationState.Cancelled, (await _rig.Service.GetAsync(_rig.ProjectId, evaluation.Id, s_ct)).Evaluation.State);
        Assert.Empty(await _rig.Get<CandidateRunService>().ListAsync(_rig.ProjectId, Split.Test, s_ct));
    }

    [Fact]
    public async Task Run_ThatNeverGetsAnywhere_GivesUpInsteadOfTryingForEver()
    {
        await _rig.SeedAsync();
        var evaluation = await _rig.StartAsync();
        await using (var db = _rig.Model.Database.CreateDbContext())
        {
            await db.EvaluationRuns.ExecuteUpdateAsync(set => set.SetProperty(e => e.Attempts, EvaluationRun.MostAttempts), s_ct);
        }

        await _rig.StepAsync(evaluation.Id);

        Assert.Equal(EvaluationState.Failed, (await _rig.Service.GetAsync(_rig.ProjectId, evaluation.Id, s_ct)).Evaluation.State);
    }

    public void Dispose() => _rig.Dispose();
}
