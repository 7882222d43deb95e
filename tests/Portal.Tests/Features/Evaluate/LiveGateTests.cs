using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Evaluate;
using Portal.Features.Model;
using Xunit;

namespace Portal.Tests.Features.Evaluate;

/// <summary>What is to take the place of a live model is held against it on the rows that it was judged by and on those sealed since.</summary>
public sealed class LiveGateTests : IDisposable
{
    private const string OldRows = "Not worse than what is live: rows it was judged by";
    private const string NewRows = "Not worse than what is live: rows sealed since";

    private static readonly CancellationToken s_ct = EvaluateRig.Ct;
    private static readonly RunMetrics s_figures = new(0, 0, 0, 0, 120, 480, 2_000, 100, 850_000, null);

    private readonly EvaluateRig _rig = new();

    [Fact]
    public async Task Evaluate_AModelOfALaterVersion_IsHeldAgainstTheLiveOneOnOldAndOnNewRows()
    {
        var (live, candidate) = await ReplaceAsync(fresh: 30);
        var setup = await _rig.Service.ReadSetupAsync(_rig.ProjectId, s_ct);
        Assert.Equal((3, live.Id), (setup.Version?.Number, setup.Live?.Id));
        Assert.Equal([candidate.Id, live.Id], setup.CandidateIds);

        // Better on what is new, and five in a hundred old rows are forgotten for it: rows 13 to 24 were validated with, and say nothing of the live one.
        var detail = await EvaluateAsync(live, (id, number) => id == live.Id ? number <= 24 || number is > 35 and <= 130 : number is <= 24 or > 60);

        var (standing, told) = (detail.Candidates.Single(c => c.CandidateId == live.Id).Result!, detail.Candidates[1].Result!.ToLive!);
        Assert.Equal((130, 95.0 / 130), (standing.Rows, standing.Of(MetricKind.Accuracy)!.Value.Value));
        Assert.Equal((3, 2, 12, 0), (told.Version, told.JudgedBy, told.Seen, told.Gone));
        Assert.Equal((100, 0.89, 0.64, McNemar.ExactP(0, 25)), (told.Old!.Rows, told.Old.Live.Value, told.Old.Candidate.Value, told.Old.Comparison.P));
        Assert.Equal((30, 6.0 / 30, 1.0, ComparisonVerdict.Better), (told.New!.Rows, told.New.Live.Value, told.New.Candidate.Value, told.New.Comparison.Verdict));

        var gate = await GateAsync(candidate);
        Assert.False(gate.Passed);
        Assert.Equal(CheckOutcome.Failed, Check(gate, OldRows).Outcome);
        Assert.Contains("−25.0 points", Check(gate, OldRows).Detail, StringComparison.Ordinal);
        Assert.Contains("12 sealed rows count for neither", Check(gate, OldRows).Detail, StringComparison.Ordinal);
        Assert.Equal(CheckOutcome.Passed, Check(gate, NewRows).Outcome);
        Assert.StartsWith("On 30 rows that version 3 seals and Tuned job_1 has not seen: 100.0 %", Check(gate, NewRows).Detail, StringComparison.Ordinal);

        // Nothing is live any more, or something else is: the gate goes by what is live now.
        _rig.Live.Model = null;
        Assert.DoesNotContain((await GateAsync(candidate)).Checks, c => c.Name.Contains("live", StringComparison.Ordinal));
        _rig.Live.Model = new LiveModel(_rig.Baseline.Id, _rig.Model.Now);
        Assert.Contains("is live, and Tuned job_142 was not held against it", Check(await GateAsync(candidate), "Not worse than what is live").Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Evaluate_WithTooFewNewRows_SaysHowManyThereAreAndCannotDecide()
    {
        var (live, candidate) = await ReplaceAsync(fresh: LiveCheck.FewestRows - 1);

        await EvaluateAsync(live, (_, _) => true);

        var gate = await GateAsync(candidate);
        Assert.Equal(CheckOutcome.Passed, Check(gate, OldRows).Outcome);
        Assert.Equal(CheckOutcome.CannotDecide, Check(gate, NewRows).Outcome);
        Assert.Contains("Both answered 19 rows that version 3 seals and Tuned job_1 has not seen, and 20 are the fewest that can tell.", Check(gate, NewRows).Detail, StringComparison.Ordinal);
        Assert.False(gate.Passed);
        Assert.Equal(live.Id, (await _rig.Service.FindLatestAsync(_rig.ProjectId, s_ct))?.Live?.Id);
    }

    [Fact]
    public async Task Evaluate_AModelOfTheSameVersion_IsHeldAgainstTheLiveOneOnAllItsRows()
    {
        await _rig.SeedAsync(target: 0.8);
        await _rig.EvaluateAsync(_rig.Right(70, 98));
        var live = _rig.Tuned;
        _rig.Live.Model = new LiveModel(live.Id, _rig.Model.Now);
        var other = await _rig.AddTunedAsync("job_2");

        await EvaluateAsync(live, (_, _) => true, other);

        var told = (await _rig.Service.FindLatestAsync(_rig.ProjectId, s_ct))!.Candidates[1].Result!.ToLive!;
        Assert.Equal((100, 0), (told.Old?.Rows, told.Seen));
        Assert.Null(told.New);
        var gate = await GateAsync(other);
        Assert.True(gate.Passed);
        Assert.StartsWith("On 100 sealed rows of version 2 that neither has seen", Check(gate, OldRows).Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(gate.Checks, c => c.Name == NewRows);
    }

    [Fact]
    public async Task SealedAges_TellRowByRow_AndNoRowIsTwo()
    {
        await _rig.SeedAsync();
        var first = _rig.VersionId;
        // Rows 1 to 12 are trained on and 13 to 24 validated with in the first version; the second seals some of them and leaves old ones out.
        await using (var db = _rig.Model.Database.CreateDbContext())
        {
            var version = new DatasetVersion { ProjectId = _rig.ProjectId, Number = 3, StartedAt = _rig.Model.Now };
            db.DatasetVersions.Add(version);
            foreach (var (split, row, number) in Enumerable.Range(8, 40).Select(i => (Split.Test, i, i)).Append((Split.Test, 500, 500)).Append((Split.Train, 501, 501)).Append((Split.Test, 501, 502)).Append((Split.Train, 30, 503)))
            {
                db.FrozenExamples.Add(new FrozenExample { VersionId = version.Id, Split = split, Number = number, Input = $"message {row} is {"abc"[row % 3]}", Output = "b" });
            }

            version.Freeze(new VersionTotals(2, 0, 42, 3, new SplitPlan([]), "hash", "digest"), _rig.Model.Now);
            await db.SaveChangesAsync(s_ct);
            var ages = await SealedAges.OfAsync(db, version.Id, first, first, s_ct);
            var unlearnt = await SealedAges.OfAsync(db, version.Id, first, null, s_ct);

            Assert.Equal(Enumerable.Range(8, 17), ages.Seen.Order());
            // What the version leaks to its own training rows is no test of a model that is made of it.
            Assert.Equal(Enumerable.Range(25, 23).Where(n => n is not 30), ages.Old.Order());
            Assert.Equal([500], ages.Fresh);
            Assert.Equal(100 - 23, ages.Gone);
            Assert.Empty(unlearnt.Seen);
            Assert.Equal([.. Enumerable.Range(8, 17), 500], unlearnt.Fresh.Order());
        }
    }

    [Theory]
    [InlineData(20)]
    [InlineData(100)]
    public void Of_ModelsThatAreEquallyGood_SeldomCallsOneWorse(int rows)
    {
        // Each is wrong on one row in five, by chances of its own. Two-sided at 5 %, so at most one in forty is called worse.
        var random = new Random(7);
        var worse = Enumerable.Range(0, 500).Count(_ => Verdict([.. Draw(random, rows, 0.8)], [.. Draw(random, rows, 0.8)]) is ComparisonVerdict.Worse);

        Assert.InRange(worse, 0, 13);
    }

    [Fact]
    public void Of_TheFewestRows_TellsAModelThatForgetsEveryThird()
    {
        var random = new Random(7);
        int Told(int rows) => Enumerable.Range(0, 400).Count(_ => Verdict([.. Draw(random, rows, 1)], [.. Draw(random, rows, 2.0 / 3)]) is ComparisonVerdict.Worse);

        Assert.InRange(Told(LiveCheck.FewestRows), 240, 400);
        Assert.InRange(Told(LiveCheck.FewestRows / 2), 0, 100);
    }

    public void Dispose() => _rig.Dispose();

    /// <summary>A model of a version is judged by its rows and goes live; the next one seals them, what that one validated with, and some fresh rows.</summary>
    private async Task<(Candidate Live, Candidate Candidate)> ReplaceAsync(int fresh)
    {
        await _rig.SeedAsync(target: 0.8);
        await _rig.EvaluateAsync(_rig.Right(70, 98));
        var live = _rig.Tuned;
        _rig.Live.Model = new LiveModel(live.Id, _rig.Model.Now);
        await _rig.SealAnewAsync(train: 6, validation: 6, test: 12 + 100 + fresh);
        return (live, _rig.Tuned);
    }

    private async Task<EvaluationDetail> EvaluateAsync(Candidate live, Func<string, int, bool> isRight, Candidate? candidate = null)
    {
        // In whatever order they are ticked, what is live stands last.
        var evaluation = await _rig.Service.StartAsync(_rig.ProjectId, _rig.Baseline.Id, [live.Id, (candidate ?? _rig.Tuned).Id], s_ct);
        await _rig.StepAsync(evaluation.Id);
        await _rig.AnswerAsync(evaluation.Id, (id, number, label) => isRight(id, number) ? label : "abc"[(number + 1) % 3].ToString());
        await _rig.StepAsync(evaluation.Id);
        var detail = await _rig.Service.GetAsync(_rig.ProjectId, evaluation.Id, s_ct);
        Assert.Equal((EvaluationState.Succeeded, live.Id), (detail.Evaluation.State, detail.Candidates[^1].CandidateId));
        return detail;
    }

    private async Task<ReleaseGate> GateAsync(Candidate candidate) =>
        await _rig.Service.FindGateAsync(_rig.ProjectId, candidate.Id, s_ct) ?? throw new InvalidOperationException("The gate is missing.");

    private static GateCheck Check(ReleaseGate gate, string name) => Assert.Single(gate.Checks, c => c.Name == name);

    private static IEnumerable<bool> Draw(Random random, int rows, double share) => Enumerable.Range(0, rows).Select(_ => random.NextDouble() < share);

    private static ComparisonVerdict Verdict(IReadOnlyList<bool> live, IReadOnlyList<bool> candidate)
    {
        var task = new TaskDefinition { ProjectId = "p" };
        task.SetLabels(["a", "b"]);
        var numbers = Enumerable.Range(1, live.Count).ToHashSet();
        AnsweredRun Run(IReadOnlyList<bool> right) => new([.. right.Select((r, i) => new CandidateAnswer { RunId = "r", Number = i + 1, Answer = r ? "a" : "b" })], s_figures);
        var rows = new LiveRows(0, MetricKind.Accuracy, 2, 1, new SealedAges(new HashSet<int>(), numbers, new HashSet<int>(), 0));
        return EvaluationScoring.Of(task, numbers.ToDictionary(n => n, _ => "a"), [Run(live), Run(candidate)], rows)[1].ToLive!.New!.Comparison.Verdict;
    }
}
