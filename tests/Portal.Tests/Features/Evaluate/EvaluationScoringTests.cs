using Portal.Features.Define;
using Portal.Features.Evaluate;
using Portal.Features.Model;
using Xunit;

namespace Portal.Tests.Features.Evaluate;

public sealed class EvaluationScoringTests
{
    private static readonly RunMetrics s_figures = new(0, 0, 0, 0, 120, 480, 2_000, 100, 850_000, null);

    [Theory]
    [InlineData(15, 5, 0.041, ComparisonVerdict.Better)]
    [InlineData(10, 5, 0.302, ComparisonVerdict.NotDistinguishable)]
    [InlineData(5, 15, 0.041, ComparisonVerdict.Worse)]
    public void Of_TwoClassifiers_DecidesByTheExactMcNemarTest(int better, int worse, double p, ComparisonVerdict verdict)
    {
        // The first rows only the candidate has right, the next only the baseline, then 60 both.
        var rows = better + worse + 60;
        var results = Score(Classify(), rows, row => row < better ? "b" : "a", row => row >= better && row < better + worse ? "b" : "a");

        var accuracy = results[1].Of(MetricKind.Accuracy)!;
        Assert.Equal((double)(rows - worse) / rows, accuracy.Value.Value, 12);
        Assert.Equal(Wilson.Interval(rows - worse, rows), (accuracy.Value.Low, accuracy.Value.High));
        Assert.Equal(p, Math.Round(accuracy.ToBaseline!.P!.Value, 3));
        Assert.Equal(verdict, accuracy.ToBaseline.Verdict);
        Assert.Equal((double)(better - worse) / rows, accuracy.ToBaseline.Difference.Value, 12);
        Assert.Equal(rows, accuracy.ToBaseline.Rows);
    }

    [Fact]
    public void Of_TheBaseline_HasNothingToCompareWith()
    {
        var results = Score(Classify(), 10, _ => "a", _ => "a");

        Assert.All(results[0].Scores, s => Assert.Null(s.ToBaseline));
        Assert.All(results[1].Scores, s => Assert.Equal(ComparisonVerdict.NotDistinguishable, s.ToBaseline?.Verdict));
        Assert.Equal((120, 480, 2_000, 850_000), (results[0].LatencyP50Ms, results[0].LatencyP95Ms, results[0].MeanInputTokens, results[0].CostPerThousandMicros));
    }

    [Fact]
    public void Of_MacroF1_DecidesByTheIntervalOfTheDifference()
    {
        var results = Score(Classify(), 200, row => row % 3 is 0 ? "c" : "a", _ => "a");

        var macro = results[1].Of(MetricKind.MacroF1)!.ToBaseline!;
        Assert.Null(macro.P);
        Assert.Equal(ComparisonVerdict.Better, macro.Verdict);
        Assert.True(macro.Difference.Low > 0);
    }

    [Fact]
    public void Of_RowsThatFailed_AreCountedAndLeftOutOfTheComparison()
    {
        var expected = Enumerable.Range(1, 10).ToDictionary(n => n, _ => "a");
        var baseline = expected.Keys.Select(n => Answer(n, "a")).ToList();
        var candidate = expected.Keys.Select(n => n <= 3 ? new CandidateAnswer { RunId = "r", Number = n, Error = "400" } : Answer(n, "a")).ToList();

        var result = EvaluationScoring.Of(Classify(), expected, [new AnsweredRun(baseline, s_figures), new AnsweredRun(candidate, s_figures)])[1];

        Assert.Equal((7, 3), (result.Rows, result.Failed));
        Assert.Equal((7, 1.0), (result.Of(MetricKind.Accuracy)!.Rows, result.Of(MetricKind.Accuracy)!.Value.Value));
        Assert.Equal(7, result.Of(MetricKind.Accuracy)!.ToBaseline!.Rows);
    }

    [Fact]
    public void Of_AnswersOutsideTheLabels_AreCountedAndLeadToTheirRows()
    {
        var results = Score(Classify(), 6, row => row < 2 ? "zebra" : row is 2 ? "b" : "a", _ => "a");

        Assert.Equal(2, results[0].Outside);
        Assert.Equal(0, results[1].Outside);
        Assert.Equal(new Confusion("a", "zebra", 2, true), results[0].Confusions[0].Pair);
        Assert.Equal([1, 2], results[0].Confusions[0].Numbers);
        Assert.Equal(new Confusion("a", "b", 1, false), results[0].Confusions[1].Pair);
        Assert.Equal([3], results[0].Confusions[1].Numbers);
    }

    [Fact]
    public void Of_FreeText_ScoresWordsAndHasNoLabels()
    {
        var task = new TaskDefinition { ProjectId = "p", Kind = TaskKind.Generate, Metric = MetricKind.TokenF1 };
        var expected = Enumerable.Range(1, 40).ToDictionary(n => n, _ => "the card is blocked");
        var results = EvaluationScoring.Of(task, expected,
        [
            new AnsweredRun([.. expected.Keys.Select(n => Answer(n, "the card"))], s_figures),
            new AnsweredRun([.. expected.Keys.Select(n => Answer(n, n % 2 is 0 ? "the card is blocked" : "the card is"))], s_figures),
        ]);

        Assert.Equal([MetricKind.TokenF1, MetricKind.RougeL, MetricKind.Accuracy], results[0].Scores.Select(s => s.Metric));
        Assert.Equal(2.0 * 2 / 6, results[0].Of(MetricKind.TokenF1)!.Value.Value, 12);
        Assert.Equal(ComparisonVerdict.Better, results[1].Of(MetricKind.TokenF1)!.ToBaseline!.Verdict);
        Assert.Null(results[0].Outside);
        Assert.Empty(results[0].Labels);
    }

    [Fact]
    public void Of_TheSameAnswers_GivesTheSameFigures()
    {
        var once = Score(Classify(), 90, row => "abc"[row % 3].ToString(), row => row % 4 is 0 ? "b" : "a");
        var again = Score(Classify(), 90, row => "abc"[row % 3].ToString(), row => row % 4 is 0 ? "b" : "a");

        Assert.Equal(once[1].Scores, again[1].Scores);
    }

    private static IReadOnlyList<CandidateResult> Score(TaskDefinition task, int rows, Func<int, string> baseline, Func<int, string> candidate)
    {
        var expected = Enumerable.Range(0, rows).ToDictionary(row => row + 1, _ => "a");
        return EvaluationScoring.Of(task, expected, [Run(baseline), Run(candidate)]);

        AnsweredRun Run(Func<int, string> answer) => new([.. Enumerable.Range(0, rows).Select(row => Answer(row + 1, answer(row)))], s_figures);
    }

    private static CandidateAnswer Answer(int number, string text) => new() { RunId = "r", Number = number, Answer = text };

    private static TaskDefinition Classify()
    {
        var task = new TaskDefinition { ProjectId = "p" };
        task.SetLabels(["a", "b", "c"]);
        return task;
    }
}
