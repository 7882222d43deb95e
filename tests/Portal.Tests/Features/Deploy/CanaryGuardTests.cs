using Portal.Features.Deploy;
using Xunit;

namespace Portal.Tests.Features.Deploy;

public sealed class CanaryGuardTests
{
    private static readonly CanaryLimits s_limits = CanaryLimits.Usual(new DeployOptions());

    [Fact]
    public void Difference_OfNewcombesExamples_HasTheirIntervals()
    {
        // Newcombe (1998), table II, method 10: 56/70 − 48/80 and 0/10 − 0/20.
        var first = CanaryGuard.Difference((56, 70), (48, 80), 0.95);
        var none = CanaryGuard.Difference((0, 10), (0, 20), 0.95);

        Assert.Equal((0.2, 0.0524, 0.3339), (Math.Round(first.Value, 4), Math.Round(first.Low, 4), Math.Round(first.High, 4)));
        Assert.Equal((0, -0.1611, 0.2775), (none.Value, Math.Round(none.Low, 4), Math.Round(none.High, 4)));
    }

    [Theory]
    [InlineData(0, 49, 49, GuardVerdict.NotEnough)]
    [InlineData(0, 1_000, 0, GuardVerdict.Holds)]
    [InlineData(0, 50, 2, GuardVerdict.Holds)]
    [InlineData(0, 50, 25, GuardVerdict.Crossed)]
    [InlineData(500, 50, 25, GuardVerdict.Holds)]
    [InlineData(0, 2_000, 30, GuardVerdict.Holds)]
    [InlineData(0, 2_000, 50, GuardVerdict.Crossed)]
    public void Errors_AreWorseOnlyByTheWholeInterval(long liveErrors, long calls, long errors, GuardVerdict verdict)
    {
        var row = Row(CanaryMeasure.Errors, SideFigures.None with { Calls = 1_000, Errors = liveErrors }, SideFigures.None with { Calls = calls, Errors = errors });

        Assert.Equal(verdict, row.Verdict);
    }

    [Fact]
    public void NotEnough_SaysHowManyAreMissing()
    {
        var row = Row(CanaryMeasure.Errors, SideFigures.None with { Calls = 1_000 }, SideFigures.None with { Calls = 37, Errors = 37 });

        Assert.Equal("Not enough calls yet: 37 of 50", CanaryWords.Verdict(row));
        Assert.Equal("–", CanaryWords.Change(row));
        Assert.Equal("none yet", CanaryWords.Side(Row(CanaryMeasure.BadFeedback, SideFigures.None, SideFigures.None), row.Live, 0));
    }

    [Theory]
    [InlineData(100, 100, GuardVerdict.Holds)]
    [InlineData(100, 120, GuardVerdict.Holds)]
    [InlineData(100, 200, GuardVerdict.Crossed)]
    [InlineData(200, 100, GuardVerdict.Holds)]
    [InlineData(0, 0, GuardVerdict.Holds)]
    public void Latencies_AreComparedByTheirSlowestTwentieth(int live, int canary, GuardVerdict verdict)
    {
        // Spread as answers are: from half to one and a half times the middle.
        static List<int> Around(int middle) => [.. Enumerable.Range(0, 400).Select(i => middle / 2 + (middle * i / 400))];

        var row = Row(CanaryMeasure.Latency, SideFigures.None with { Latencies = Around(live) }, SideFigures.None with { Latencies = Around(canary) });

        Assert.Equal(verdict, row.Verdict);
        Assert.InRange(row.Change.Value, row.Change.Low, row.Change.High);
        Assert.Equal(live is 0 ? 1 : (double)canary / live, row.Change.Value, 1);
    }

    [Fact]
    public void Latencies_OfTooFewAnswers_DecideNothing()
    {
        var row = Row(CanaryMeasure.Latency, SideFigures.None with { Latencies = [.. Enumerable.Repeat(10, 5_000)] }, SideFigures.None with { Latencies = [.. Enumerable.Repeat(9_000, 99)] });

        Assert.Equal(GuardVerdict.NotEnough, row.Verdict);
    }

    [Fact]
    public void Slices_OfSessions_AreSharedOutEvenlyAndStayWhereTheyAre()
    {
        var slices = Enumerable.Range(0, 10_000).Select(i => CallSlice.Of("org_a", "intents", $"session {i}")).ToList();

        Assert.All(slices, s => Assert.InRange(s, 0, 99));
        // The hash is fixed, so these are: four standard deviations of a binomial count around each share.
        foreach (var percent in new[] { 5, 10, 25, 50 })
        {
            var half = 4 * Math.Sqrt(10_000 * (percent / 100.0) * (1 - (percent / 100.0)));
            Assert.InRange(slices.Count(s => s < percent), (percent * 100) - half, (percent * 100) + half);
        }

        Assert.Equal(slices[..100], Enumerable.Range(0, 100).Select(i => CallSlice.Of("org_a", "intents", $"session {i}")));
        Assert.NotEqual(slices[..100], Enumerable.Range(0, 100).Select(i => CallSlice.Of("org_b", "intents", $"session {i}")));
    }

    private static GuardRow Row(CanaryMeasure measure, SideFigures live, SideFigures canary) => CanaryGuard.Judge(live, canary, s_limits).Single(r => r.Measure == measure);
}
