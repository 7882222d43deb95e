using Portal.Features.Evaluate;
using Portal.Features.Model;
using Xunit;

namespace Portal.Tests.Features.Evaluate;

public sealed class EvaluateWordsTests
{
    [Theory]
    [InlineData(0.041389, "p 0.041")]
    [InlineData(0.3017, "p 0.302")]
    [InlineData(0.00032, "p 0.0003")]
    [InlineData(0.00001, "p < 0.0001")]
    [InlineData(1, "p 1.000")]
    public void P_OfAChance_KeepsWhatMatters(double p, string words) => Assert.Equal(words, EvaluateWords.P(p));

    [Fact]
    public void Of_AComparison_NamesPointsIntervalAndVerdict() => Assert.Equal(
        "+7.1 points [−0.2, +9.0]: not distinguishable, p 0.302",
        EvaluateWords.Of(new Comparison(new Estimate(0.071, -0.002, 0.09), 0.3017, 400, ComparisonVerdict.NotDistinguishable)));

    // 2,000 → 200 prompt tokens at $0.30 / $2.50 per million and 100 output tokens: 63.5 % cheaper, not 90 %.
    [Fact]
    public void Savings_OfAShorterPrompt_CountsTheOutputToo()
    {
        var prices = new TokenPrices(300_000, 2_500_000);
        var (before, after) = (Result(RunMetrics.CostPerThousand(prices, 2_000, 100)), Result(RunMetrics.CostPerThousand(prices, 200, 100)));

        Assert.Equal("costs 63.5 % less per call", EvaluateWords.Savings(before, after));
        Assert.Equal("costs 174.2 % more per call", EvaluateWords.Savings(after, before));
        Assert.Equal("costs the same per call", EvaluateWords.Savings(before, before));
        Assert.Equal("", EvaluateWords.Savings(Result(0), after));
    }

    private static CandidateResult Result(long cost) => new(1, 0, null, [], [], [], 0, 0, 0, 0, cost);
}
