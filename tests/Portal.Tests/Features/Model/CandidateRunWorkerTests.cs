using System.Net;
using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Billing;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Features.Model;

public sealed class CandidateRunWorkerTests : IDisposable
{
    private readonly ModelRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData(MemberRole.Reviewer)]
    public async Task RunAsync_StarterLostTheRightBeforeItBegan_StopsWithoutACallOrACharge(MemberRole? role)
    {
        await _rig.SeedAsync();
        var run = await StartAsOliviaAsync();
        await _rig.Database.SetMemberAsync("org_test", "usr_olivia", role);
        _rig.Vertex.Respond = _ => throw new InvalidOperationException("Nobody may be asked.");

        await _rig.PumpAsync();

        var ended = await _rig.ReadAsync(run.Id);
        Assert.Equal((RunState.Failed, 0, 0L), (ended.State, ended.Answered, ended.SpentMicros));
        Assert.StartsWith("Olivia, who started this may no longer run baselines and evaluations here", ended.Problem, StringComparison.Ordinal);
        Assert.Empty(await _rig.UsageAsync());
        Assert.Equal(ReservationState.Released, (await ReservationAsync(run.Id)).State);
        await using var db = _rig.Database.CreateDbContext();
        var stopped = await db.Set<AuditEntry>().SingleAsync(e => e.Action == StandingRight.Action, ModelRig.Ct);
        Assert.Equal((AuditOutcome.Denied, run.Id, ended.Problem), (stopped.Outcome, stopped.TargetId, stopped.Details));
    }

    [Fact]
    public async Task RunAsync_StarterLostTheRightAfterItBegan_GoesOnToTheEnd()
    {
        await _rig.SeedAsync();
        var run = await StartAsOliviaAsync();
        await _rig.StepAsync(run.Id);
        await _rig.Database.SetMemberAsync("org_test", "usr_olivia", null);

        await _rig.PumpAsync();

        Assert.Equal((RunState.Succeeded, 40), ((await _rig.ReadAsync(run.Id)).State, (await _rig.ReadAsync(run.Id)).Done));
    }

    private async Task<CandidateRun> StartAsOliviaAsync()
    {
        await _rig.Database.SetMemberAsync("org_test", "usr_olivia", MemberRole.Editor);
        _rig.Get<CurrentMember>().Enter(
            new Membership("org_test", "Northwind", "northwind", TenantKind.Customer, MemberRole.Editor),
            new ClaimsPrincipal(new ClaimsIdentity([new Claim(PortalClaims.UserId, "usr_olivia"), new Claim("name", "Olivia")])));
        return await _rig.StartAsync();
    }

    [Fact]
    public async Task RunAsync_EveryRowAnswered_MeasuresQualityCostAndUsageOnce()
    {
        await _rig.SeedAsync(validation: 40);
        _rig.Vertex.Respond = input => FakeVertex.Text(input.EndsWith("is c", StringComparison.Ordinal) ? "a" : input[^1..], promptTokens: 50, answerTokens: 16, thoughtTokens: 4);

        var run = await _rig.StartAsync("gemini-3.5-flash-lite");
        await _rig.PumpAsync();

        var ended = await _rig.ReadAsync(run.Id);
        Assert.Equal((RunState.Succeeded, 40, 0), (ended.State, ended.Done, ended.FailedCount));
        var measured = Assert.IsType<RunMetrics>(ended.Metrics);
        var right = Enumerable.Range(13, 40).Count(i => i % 3 != 2);
        Assert.Equal((double)right / 40, measured.Score, 10);
        Assert.Equal(Wilson.Interval(right, 40), (measured.Low, measured.High));
        Assert.Equal((40, 50d, 20d, 65_000L), (measured.Rows, measured.MeanInputTokens, measured.MeanOutputTokens, measured.CostPerThousandMicros));

        var usage = await _rig.UsageAsync();
        Assert.Equal(40 * 50, usage.Where(u => u.Meter is Meter.InputTokens).Sum(u => u.Quantity));
        Assert.Equal(40 * 20, usage.Where(u => u.Meter is Meter.OutputTokens).Sum(u => u.Quantity));
        Assert.Equal(40 * 65, ended.SpentMicros);
        Assert.Equal(ended.SpentMicros, usage.Sum(u => u.AmountMicros));
        Assert.All(usage, u => Assert.Equal((UsageSource.Baseline, run.Id), (u.Source, u.SubjectId)));
        Assert.Equal(ReservationState.Settled, (await ReservationAsync(run.Id)).State);
    }

    [Fact]
    public async Task RunAsync_KilledBeforeTheSave_AsksTheChunkAgainAndRecordsItOnce()
    {
        await _rig.SeedAsync(validation: 40);
        var run = await _rig.StartAsync();
        await _rig.StepAsync(run.Id);

        // The second chunk is asked, and the process dies in the middle of it.
        using var killed = new CancellationTokenSource();
        var calls = 0;
        _rig.Vertex.Respond = input =>
        {
            if (Interlocked.Increment(ref calls) == 10)
            {
                killed.Cancel();
            }

            return FakeVertex.Text(input[^1..]);
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _rig.StepAsync(run.Id, killed.Token));
        Assert.Equal(16, (await _rig.ReadAsync(run.Id)).Done);

        await _rig.PumpAsync();

        await AssertEachRowOnceAsync(run.Id, 40);
    }

    [Fact]
    public async Task RunAsync_DiesHoldingTheLease_IsTakenUpOnceItHasRunOut()
    {
        await _rig.SeedAsync(validation: 20);
        var run = await _rig.StartAsync();
        Assert.NotNull(await _rig.Get<RunLease>().TakeAsync(run.Id, ModelRig.Ct));
        _rig.Jobs.Waiting.Clear();

        await _rig.StepAsync(run.Id);
        Assert.Empty(_rig.Vertex.Calls);
        Assert.Equal(0, await SweepAsync());

        _rig.Time.Advance(TimeSpan.FromSeconds(21));
        Assert.Equal(1, await SweepAsync());
        await _rig.PumpAsync();

        await AssertEachRowOnceAsync(run.Id, 20);
    }

    [Fact]
    public async Task RunAsync_TakenOverDuringAStep_LeavesTheOthersAnswersAlone()
    {
        await _rig.SeedAsync(validation: 16);
        var run = await _rig.StartAsync();
        var calls = 0;
        _rig.Vertex.Respond = input =>
        {
            if (Interlocked.Increment(ref calls) is 1)
            {
                // This worker sleeps so long that another one takes the run and answers it all.
                _rig.ExpireLeaseAsync(run.Id).GetAwaiter().GetResult();
                _rig.StepAsync(run.Id).GetAwaiter().GetResult();
            }

            return FakeVertex.Text(input[^1..]);
        };

        await _rig.StepAsync(run.Id);
        await _rig.PumpAsync();

        await AssertEachRowOnceAsync(run.Id, 16);
    }

    [Fact]
    public async Task RunAsync_Twice_TheSecondFindsNothingToDo()
    {
        await _rig.SeedAsync(validation: 16);
        var run = await _rig.StartAsync();
        await Task.WhenAll(_rig.StepAsync(run.Id), _rig.StepAsync(run.Id));
        await _rig.PumpAsync();

        await AssertEachRowOnceAsync(run.Id, 16);
        await _rig.StepAsync(run.Id);
        Assert.Equal(16, _rig.Vertex.Calls.Count);
    }

    [Fact]
    public async Task RunAsync_QuotaExhausted_WaitsAndSaysSoThenGoesOn()
    {
        await _rig.SeedAsync(validation: 20);
        var run = await _rig.StartAsync();
        var answered = 0;
        _rig.Vertex.Respond = input => Interlocked.Increment(ref answered) > 5
            ? FakeVertex.Error(HttpStatusCode.TooManyRequests, "RESOURCE_EXHAUSTED", "Quota exceeded for aiplatform.googleapis.com")
            : FakeVertex.Text(input[^1..]);

        await _rig.StepAsync(run.Id);

        var waiting = await _rig.ReadAsync(run.Id);
        Assert.Equal((RunState.Running, 5, 0), (waiting.State, waiting.Done, waiting.FailedCount));
        Assert.Equal("The sandbox answers 429", waiting.Problem);
        Assert.Equal("RESOURCE_EXHAUSTED: Quota exceeded for aiplatform.googleapis.com", waiting.ProblemDetails);
        Assert.True(waiting.NextAttemptAt > _rig.Now);

        _rig.Vertex.Respond = input => FakeVertex.Text(input[^1..]);
        await _rig.PumpAsync();

        await AssertEachRowOnceAsync(run.Id, 20);
        Assert.Equal("", (await _rig.ReadAsync(run.Id)).Problem);
    }

    [Fact]
    public async Task RunAsync_NeverAnswered_GivesUpWithTheVendorsWordsAndReleasesTheMoney()
    {
        await _rig.SeedAsync(validation: 16);
        _rig.Vertex.Respond = _ => FakeVertex.Error(HttpStatusCode.ServiceUnavailable, "UNAVAILABLE", "overloaded");

        var run = await _rig.StartAsync();
        await _rig.PumpAsync();

        var failed = await _rig.ReadAsync(run.Id);
        Assert.Equal((RunState.Failed, 0), (failed.State, failed.Answered));
        Assert.Contains("503", failed.Problem, StringComparison.Ordinal);
        Assert.Equal("UNAVAILABLE: overloaded", failed.ProblemDetails);
        Assert.True(_rig.Now - run.CreatedAt > TimeSpan.FromMinutes(5), "It gave up too soon.");
        Assert.Equal(ReservationState.Released, (await ReservationAsync(run.Id)).State);
        Assert.Empty(await _rig.UsageAsync());
    }

    [Fact]
    public async Task RunAsync_SomeRowsRefused_CountsThemAndCannotProveAnything()
    {
        await _rig.SeedAsync(validation: 40, target: 0.5);
        _rig.Vertex.Respond = input => input.Contains("message 20 ", StringComparison.Ordinal)
            ? FakeVertex.Error(HttpStatusCode.BadRequest, "INVALID_ARGUMENT", "The input token count exceeds the maximum")
            : FakeVertex.Text(input[^1..]);

        var run = await _rig.StartAsync();
        await _rig.PumpAsync();

        var ended = await _rig.ReadAsync(run.Id);
        Assert.Equal((RunState.Succeeded, 39, 1, 40), (ended.State, ended.Done, ended.FailedCount, ended.Total));
        Assert.True(ended.IsIncomplete);
        Assert.Equal((39, 1d), (ended.Metrics!.Rows, ended.Metrics.Score));
        Assert.Equal(Verdict.NotEnoughData, RunVerdict.Of(ended, 0.5));
        var mistake = Assert.Single(await _rig.Get<CandidateRunService>().MistakesAsync(run.Id, 0, 25, ModelRig.Ct));
        Assert.Equal((20, "400 INVALID_ARGUMENT: The input token count exceeds the maximum"), (mistake.Number, mistake.Answer.Error));
    }

    [Fact]
    public async Task RunAsync_PermissionDenied_FailsTheRunInGooglesWords()
    {
        await _rig.SeedAsync();
        _rig.Vertex.Respond = _ => FakeVertex.Error(HttpStatusCode.Forbidden, "PERMISSION_DENIED", "Vertex AI API has not been used in project 1");

        var run = await _rig.StartAsync();
        await _rig.PumpAsync();

        var failed = await _rig.ReadAsync(run.Id);
        Assert.Equal((RunState.Failed, "Vertex AI API has not been used in project 1"), (failed.State, failed.ProblemDetails));
        Assert.Contains("403 PERMISSION_DENIED", failed.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_EveryRowRefused_StopsEarly()
    {
        await _rig.SeedAsync(validation: 100);
        _rig.Vertex.Respond = _ => FakeVertex.Error(HttpStatusCode.BadRequest, "INVALID_ARGUMENT", "Unable to submit request: thinking level");

        var run = await _rig.StartAsync();
        await _rig.PumpAsync();

        var failed = await _rig.ReadAsync(run.Id);
        Assert.Equal(RunState.Failed, failed.State);
        Assert.EndsWith("Unable to submit request: thinking level", failed.ProblemDetails, StringComparison.Ordinal);
        Assert.InRange(_rig.Vertex.Calls.Count, 20, 32);
    }

    [Fact]
    public async Task RunAsync_PromptBlocked_IsAWrongAnswerNotAFailure()
    {
        await _rig.SeedAsync(validation: 16);
        _rig.Vertex.Respond = _ => FakeVertex.Blocked("SAFETY");

        var run = await _rig.StartAsync();
        await _rig.PumpAsync();

        var ended = await _rig.ReadAsync(run.Id);
        Assert.Equal((RunState.Succeeded, 16, 0, 0d), (ended.State, ended.Done, ended.FailedCount, ended.Metrics!.Score));
        Assert.Equal(1, ended.Metrics.OutsideLabels);
        Assert.All(await _rig.Get<CandidateRunService>().AnswersAsync(run.Id, ModelRig.Ct), a => Assert.Equal("BLOCKED SAFETY", a.FinishReason));
    }

    [Fact]
    public async Task CancelAsync_WhileItWaits_StopsItAndKeepsWhatIsPaidFor()
    {
        await _rig.SeedAsync(validation: 40);
        var run = await _rig.StartAsync();
        await _rig.StepAsync(run.Id);
        _rig.Vertex.Respond = _ => FakeVertex.Error(HttpStatusCode.TooManyRequests, "RESOURCE_EXHAUSTED", "later");
        await _rig.StepAsync(run.Id);

        await _rig.Get<CandidateRunService>().CancelAsync(run.Id, ModelRig.Ct);
        _rig.Jobs.Waiting.Clear();
        await _rig.StepAsync(run.Id);

        var ended = await _rig.ReadAsync(run.Id);
        Assert.Equal((RunState.Cancelled, 16), (ended.State, ended.Done));
        Assert.Empty(_rig.Jobs.Waiting);
        Assert.Equal(ReservationState.Settled, (await ReservationAsync(run.Id)).State);
    }

    [Fact]
    public async Task RunAsync_DearerThanTheQuotesWorst_AsksNoFurtherRow()
    {
        await _rig.SeedAsync(validation: 60);
        _rig.Vertex.Respond = input => FakeVertex.Text(input[^1..], promptTokens: 1_000_000);

        var run = await _rig.StartAsync();
        await _rig.PumpAsync();

        var failed = await _rig.ReadAsync(run.Id);
        Assert.Equal((RunState.Failed, 16), (failed.State, failed.Done));
        Assert.Contains("used up", failed.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_Sample_AnswersTheSameRowsForEveryCandidate()
    {
        await _rig.SeedAsync(validation: 60);
        var one = await _rig.StartAsync("gemini-3.5-flash", maxRows: 25);
        var other = await _rig.StartAsync("gemini-3.1-pro-preview", maxRows: 25);
        await _rig.PumpAsync();

        var runs = _rig.Get<CandidateRunService>();
        var numbers = (await runs.AnswersAsync(one.Id, ModelRig.Ct)).Select(a => a.Number).ToList();
        Assert.Equal(25, numbers.Count);
        Assert.Equal(numbers, (await runs.AnswersAsync(other.Id, ModelRig.Ct)).Select(a => a.Number));
        Assert.NotEqual(Enumerable.Range(13, 25), numbers);
        Assert.Equal((RunState.Succeeded, 25), ((await _rig.ReadAsync(one.Id)).State, (await _rig.ReadAsync(one.Id)).Total));
    }

    private async Task AssertEachRowOnceAsync(string runId, int rows)
    {
        var ended = await _rig.ReadAsync(runId);
        Assert.Equal((RunState.Succeeded, rows, 0), (ended.State, ended.Done, ended.FailedCount));
        var answers = await _rig.Get<CandidateRunService>().AnswersAsync(runId, ModelRig.Ct);
        Assert.Equal(Enumerable.Range(13, rows), answers.Select(a => a.Number));
        var usage = await _rig.UsageAsync();
        Assert.Equal(rows * 100, usage.Where(u => u.Meter is Meter.InputTokens).Sum(u => u.Quantity));
        Assert.Equal(rows * 10, usage.Where(u => u.Meter is Meter.OutputTokens).Sum(u => u.Quantity));
        Assert.Equal(ended.SpentMicros, usage.Sum(u => u.AmountMicros));
    }

    private async Task<int> SweepAsync()
    {
        await using var db = _rig.Database.For(null).CreateDbContext();
        return await _rig.Services.GetServices<ISwept>().Single().EnqueueLostAsync(db, _rig.Now, ModelRig.Ct);
    }

    private async Task<Reservation> ReservationAsync(string runId)
    {
        await using var db = _rig.Database.CreateDbContext();
        return await db.Reservations.SingleAsync(r => r.SubjectId == runId, ModelRig.Ct);
    }
}
