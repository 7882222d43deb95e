using Portal.Features.Define;
using Portal.Features.Evaluate;
using Portal.Features.Model;
using Xunit;

namespace Portal.Tests.Features.Evaluate;

public sealed class ReleaseGateTests
{
    [Fact]
    public void Of_ACandidateThatHoldsEverything_Passes()
    {
        var gate = Gate(380, 400);

        Assert.True(gate.Passed);
        Assert.Equal(["Target met", "Not worse than the baseline", "Every row answered", "Answers within the label set"], gate.Checks.Select(c => c.Name));
        Assert.Empty(gate.Reasons);
        Assert.Contains("95.0 % [92.4, 96.7], n 400", gate.Checks[0].Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(368, CheckOutcome.CannotDecide, "About 865 sealed rows would tell")]
    [InlineData(200, CheckOutcome.Failed, "even the high end misses 90.0 %")]
    public void Of_AScoreThatIsNotProven_DoesNotPass(int right, CheckOutcome outcome, string words)
    {
        var gate = Gate(right, 400);

        Assert.False(gate.Passed);
        Assert.Equal(outcome, gate.Checks[0].Outcome);
        Assert.Contains(words, Assert.Single(gate.Reasons), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_ACandidateWorseThanTheBaseline_Fails()
    {
        var gate = Gate(380, 400, to: new Comparison(new Estimate(-0.03, -0.05, -0.01), 0.004, 400, ComparisonVerdict.Worse));

        Assert.Equal(CheckOutcome.Failed, gate.Checks[1].Outcome);
        Assert.Equal("Worse than Flash few-shot: −3.0 points [−5.0, −1.0]: worse, p 0.004.", Assert.Single(gate.Reasons));
    }

    [Fact]
    public void Of_ACandidateWithoutACommonRow_CannotDecide() => Assert.Equal(
        CheckOutcome.CannotDecide, Gate(380, 400, to: new Comparison(default, 1, 0, ComparisonVerdict.NotDistinguishable)).Checks[1].Outcome);

    [Fact]
    public void Of_TheBaselineItself_NeedsNoComparison()
    {
        var gate = Gate(380, 400, baseline: true);

        Assert.True(gate.Passed);
        Assert.Equal("Tuned is the baseline itself.", gate.Checks[1].Detail);
    }

    [Fact]
    public void Of_RowsThatFailed_DoesNotPass() => Assert.Contains("1 of 401 rows could not be asked", Assert.Single(Gate(380, 400, failed: 1).Reasons), StringComparison.Ordinal);

    [Theory]
    [InlineData(4, true)]
    [InlineData(5, false)]
    public void Of_AnswersOutsideTheLabels_BearsOneInAHundred(int outside, bool passes) => Assert.Equal(passes, Gate(380, 400, outside: outside).Passed);

    [Fact]
    public void Of_ATaskWithoutLabels_DoesNotAskForThem() => Assert.Equal(3, Gate(380, 400, outside: null).Checks.Count);

    [Fact]
    public void Of_AnEvaluationUnderWay_IsNoGate()
    {
        var (evaluation, candidate) = Make(1, 1, 0, 0, null, false);

        Assert.Null(ReleaseGate.Of(evaluation, candidate, ""));
    }

    private static ReleaseGate Gate(int right, int rows, int failed = 0, int? outside = 0, Comparison? to = null, bool baseline = false)
    {
        var better = new Comparison(new Estimate(0.071, 0.052, 0.09), 0.0003, rows, ComparisonVerdict.Better);
        var (evaluation, candidate) = Make(right, rows, failed, outside, baseline ? null : to ?? better, baseline);
        evaluation.Succeed(new DateTime(2026, 11, 23, 0, 0, 0, DateTimeKind.Utc));
        return ReleaseGate.Of(evaluation, candidate, "Flash few-shot") ?? throw new InvalidOperationException("The gate is missing.");
    }

    private static (EvaluationRun, EvaluatedCandidate) Make(int right, int rows, int failed, int? outside, Comparison? to, bool baseline)
    {
        var (low, high) = Wilson.Interval(right, rows);
        var score = new MetricScore(MetricKind.Accuracy, new Estimate((double)right / rows, low, high), rows, to);
        var candidate = new EvaluatedCandidate { EvaluationId = "evl_1", Place = baseline ? 0 : 1, CandidateId = "cnd_1", Name = "Tuned", Rung = Rung.Tuned };
        candidate.Measured(new CandidateResult(rows, failed, outside, [score], [], [], 1, 2, 3, 4, 5));
        var evaluation = new EvaluationRun
        {
            ProjectId = "prj_1", VersionId = "ver_1", Number = 1, Metric = MetricKind.Accuracy, Target = 0.9, CreatedAt = new DateTime(2026, 11, 23, 0, 0, 0, DateTimeKind.Utc),
        };
        return (evaluation, candidate);
    }
}
