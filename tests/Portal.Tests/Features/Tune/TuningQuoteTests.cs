using Portal.Features.Tune;
using Xunit;

namespace Portal.Tests.Features.Tune;

public sealed class TuningQuoteTests
{
    [Fact]
    public void For_GivenEpochs_IsTokensTimesEpochsTimesPrice()
    {
        var quote = TuningQuote.For(new TokenForecast(255_000, 300_000, 50, IsEstimate: false), 3, 8_002, 100, 5_000_000);

        // 255,000 × 3 = 765,000 tokens at $5 a million.
        Assert.Equal((765_000, 3_825_000), (quote.LikelyTokens, quote.Price.LikelyMicros));
        Assert.Equal((900_000, 4_500_000), (quote.WorstTokens, quote.Price.WorstMicros));
    }

    [Fact]
    public void For_AutomaticEpochs_HoldsTheModelsLimit()
    {
        var quote = TuningQuote.For(new TokenForecast(1_000, 1_000, 20, IsEstimate: false), null, 8_002, 100, 1_000_000);

        Assert.Equal((3, 100), (quote.LikelyEpochs, quote.WorstEpochs));
        Assert.Equal((3_000, 100_000), (quote.Price.LikelyMicros, quote.Price.WorstMicros));
    }

    [Theory]
    [InlineData(20, 100, 40)]
    [InlineData(166, 100, 40)]
    [InlineData(1_000, 100, 12)]
    [InlineData(8_002, 100, 3)]
    [InlineData(20, 10, 10)]
    public void AutomaticEpochs_ByRows(int rows, int most, int expected) => Assert.Equal(expected, TuningQuote.AutomaticEpochs(rows, most));

    [Fact]
    public void FromSample_AllRowsCounted_IsExact()
    {
        var forecast = TokenForecast.FromSample([(5, 50), (5, 70)], totalRows: 10, isEstimate: false);

        Assert.Equal((120, 120, 10, false), (forecast.LikelyTokens, forecast.WorstTokens, forecast.SampledRows, forecast.IsEstimate));
    }

    [Fact]
    public void FromSample_EqualGroups_HasNoSpreadToAdd() =>
        Assert.Equal(1_000, TokenForecast.FromSample([(5, 50), (5, 50)], totalRows: 100, isEstimate: false).WorstTokens);

    [Fact]
    public void FromSample_UnequalGroups_AddsTheErrorOfTheMean()
    {
        // Means 8 and 12 a row: 10 ± 1.96 × (2 / √1), since two groups leave one degree of freedom.
        var forecast = TokenForecast.FromSample([(5, 40), (5, 60)], totalRows: 100, isEstimate: false);

        Assert.Equal((1_000, 1_392), (forecast.LikelyTokens, forecast.WorstTokens));
    }

    [Fact]
    public void FromSample_NotCounted_HoldsTwice()
    {
        var forecast = TokenForecast.FromSample([(5, 50), (5, 50)], totalRows: 100, isEstimate: true);

        Assert.Equal((1_000, 2_000, true), (forecast.LikelyTokens, forecast.WorstTokens, forecast.IsEstimate));
    }
}
