using Portal.Features.Define;
using Portal.Features.Model;
using Xunit;

namespace Portal.Tests.Features.Model;

public sealed class RunMetricsTests
{
    private static readonly TokenPrices s_prices = new(300_000, 2_500_000);

    [Fact]
    public void CostPerThousand_PromptATenthAsLong_IsNotNinetyPercentCheaper()
    {
        var before = RunMetrics.CostPerThousand(s_prices, 2_000, 100);
        var after = RunMetrics.CostPerThousand(s_prices, 200, 100);

        Assert.Equal((850_000L, 310_000L), (before, after));
        Assert.Equal(63.5, Math.Round(100.0 * (before - after) / before, 1));
    }

    [Theory]
    [InlineData(0.5, 10)]
    [InlineData(0.95, 19)]
    [InlineData(1, 20)]
    public void Percentile_OfTwentyCalls_IsOneThatWasMeasured(double share, double expected) =>
        Assert.Equal(expected, RunMetrics.Percentile([.. Enumerable.Range(1, 20).Select(i => (double)i)], share));

    [Fact]
    public void Of_MacroF1_CountsEachLabelTheSame()
    {
        var task = Task(MetricKind.MacroF1);
        // Nine rows of a, one of b, and every answer is a: accuracy says 90 %, macro-F1 does not.
        var expected = Enumerable.Range(1, 10).ToDictionary(i => i, i => i == 10 ? "b" : "a");

        var measured = RunMetrics.Of(task, MetricKind.MacroF1, s_prices, expected, [.. expected.Keys.Select(i => Answer(i, "a", i != 10))]);

        Assert.Equal(18d / 19 / 2, measured.Score, 10);
        Assert.InRange(measured.Score, measured.Low, measured.High);
    }

    [Fact]
    public void Of_AnswersOutsideTheLabels_AreCounted()
    {
        var expected = new Dictionary<int, string> { [1] = "a", [2] = "b", [3] = "a", [4] = "a" };

        var measured = RunMetrics.Of(
            Task(MetricKind.Accuracy), MetricKind.Accuracy, s_prices, expected,
            [Answer(1, "a", true), Answer(2, "I think it is b", false), Answer(3, "b", false), Answer(4, "a", true)]);

        Assert.Equal((0.5, 0.25), (measured.Score, measured.OutsideLabels));
    }

    [Fact]
    public void Of_FailedRow_IsNoPartOfTheScore()
    {
        var expected = new Dictionary<int, string> { [1] = "a", [2] = "b" };

        var measured = RunMetrics.Of(
            Task(MetricKind.Accuracy), MetricKind.Accuracy, s_prices, expected,
            [Answer(1, "a", true), new CandidateAnswer { RunId = "run_1", Number = 2, Error = "400" }]);

        Assert.Equal((1, 1d, 100d), (measured.Rows, measured.Score, measured.MeanInputTokens));
    }

    [Fact]
    public void Of_ThinkingAndAnswer_AreBothOutput()
    {
        var measured = RunMetrics.Of(
            Task(MetricKind.Accuracy), MetricKind.Accuracy, s_prices, new Dictionary<int, string> { [1] = "a" },
            [new CandidateAnswer { RunId = "run_1", Number = 1, Answer = "a", IsCorrect = true, InputTokens = 1_000, OutputTokens = 60, ThinkingTokens = 40 }]);

        Assert.Equal((100d, 550_000L), (measured.MeanOutputTokens, measured.CostPerThousandMicros));
    }

    private static CandidateAnswer Answer(int number, string answer, bool right) =>
        new() { RunId = "run_1", Number = number, Answer = answer, IsCorrect = right, Score = right ? 1 : 0, InputTokens = 100, OutputTokens = 10 };

    private static TaskDefinition Task(MetricKind metric)
    {
        var task = new TaskDefinition { ProjectId = "prj_1", Metric = metric };
        task.SetLabels(["a", "b"]);
        return task;
    }
}
