using Portal.Features.Monitor;
using Xunit;

namespace Portal.Tests.Features.Monitor;

public sealed class StatisticsTests
{
    [Theory]
    [InlineData(1, 0.95, 3.841)]
    [InlineData(2, 0.95, 5.991)]
    [InlineData(4, 0.95, 9.488)]
    [InlineData(10, 0.95, 18.307)]
    [InlineData(30, 0.95, 43.773)]
    [InlineData(100, 0.99, 135.807)]
    [InlineData(5, 0.05, 1.145)]
    public void ChiSquare_Quantile_IsThatOfTheTables(int degrees, double probability, double expected) =>
        Assert.Equal(expected, ChiSquare.Quantile(degrees, probability), 0.0006);

    [Fact]
    public void StabilityIndex_OfTwoMixes_IsTheSumOfItsParts()
    {
        // (0.6 − 0.5) · ln(0.6 ÷ 0.5) + (0.4 − 0.5) · ln(0.4 ÷ 0.5)
        var drift = StabilityIndex.Of([500, 500], [600, 400]);

        Assert.Equal(0.1 * Math.Log(1.2) - 0.1 * Math.Log(0.8), drift.Index, 12);
        Assert.Equal(0.0405, drift.Index, 0.0001);
        Assert.Equal(3.8415 * (1 / 1000.0 + 1 / 1000.0), drift.ByChance, 0.0001);
        Assert.InRange(drift.Index, drift.Low, drift.High);
        Assert.Equal((1000L, 1000L, DriftVerdict.Stable), (drift.Before, drift.Now, drift.Verdict));
    }

    [Fact]
    public void StabilityIndex_SaysNothing_WithFewCalls_AndOnlyWhatTheIntervalBears()
    {
        Assert.Equal(0, StabilityIndex.Of([70, 30, 0], [700, 300, 0]).Index, 12);
        Assert.Equal(DriftVerdict.NotEnoughData, StabilityIndex.Of([1_000, 1_000], [49, 0]).Verdict);
        Assert.Equal(DriftVerdict.NotEnoughData, StabilityIndex.Of([], []).Verdict);
        // The same shift, which a hundred calls do not prove and ten thousand do.
        Assert.Equal(DriftVerdict.Stable, StabilityIndex.Of([5_000, 5_000], [34, 66]).Verdict);
        Assert.Equal(DriftVerdict.Shifting, StabilityIndex.Of([5_000, 5_000], [3_200, 6_800]).Verdict);
        Assert.Equal(DriftVerdict.Shifted, StabilityIndex.Of([9_000, 1_000], [1_000, 9_000]).Verdict);
        // A part that is new is counted, and does not make the index infinite.
        Assert.InRange(StabilityIndex.OfNamed(new Dictionary<string, long> { ["English"] = 1_000 }, new Dictionary<string, long> { ["German"] = 1_000 }).Index, 1, 100);
    }

    /// <summary>Both sides drawn from one mix, again and again: the interval's chance line holds as often as it says.</summary>
    [Fact]
    public void StabilityIndex_OfSamplesOfOneMix_StaysBelowChance19TimesOf20()
    {
        var random = new Random(7);
        double[] mix = [0.4, 0.3, 0.2, 0.1];
        var below = Enumerable.Range(0, 1_000).Count(_ => StabilityIndex.Of(Draw(400), Draw(300)) is var drift && drift.Index <= drift.ByChance);

        Assert.InRange(below, 925, 975);

        long[] Draw(int n)
        {
            var counts = new long[mix.Length];
            for (var i = 0; i < n; i++)
            {
                var at = random.NextDouble();
                var part = 0;
                for (; at > mix[part] && part < mix.Length - 1; part++)
                {
                    at -= mix[part];
                }

                counts[part]++;
            }

            return counts;
        }
    }

    [Fact]
    public void Figures_OfRatesAndMeans_AreThoseOfTheTextbook()
    {
        Assert.Null(Figure.Rate(0, 0));
        Assert.Null(Figure.Mean(0, 0, 0));
        var rate = Figure.Rate(380, 400);
        Assert.Equal((0.924, 0.967), (Math.Round(rate!.Low, 3), Math.Round(rate.High, 3)));
        // 2, 4, 4, 4, 5, 5, 7, 9: mean 5, standard deviation of the sample 2.138.
        double[] values = [2, 4, 4, 4, 5, 5, 7, 9];
        var mean = Figure.Mean(values.Sum(), values.Sum(v => v * v), values.Length, 0, 10);
        Assert.Equal(5, mean!.Value);
        Assert.Equal(5 - (1.96 * 2.13809 / Math.Sqrt(8)), mean.Low, 0.001);
        Assert.Equal((0.0, 1.0), Figure.Mean(0.3, 0.09, 1) is var one ? (one!.Low, one.High) : default);
    }

    [Fact]
    public void Latencies_OfOneToAThousand_HaveTheirQuantilesWithinTheWidthOfAClass()
    {
        var (all, half, rest) = (new LatencyHistogram(), new LatencyHistogram(), new LatencyHistogram());
        for (var i = 1; i <= 1_000; i++)
        {
            all.Add(i);
            (i % 2 is 0 ? half : rest).Add(i);
        }

        var (median, p95) = (all.Quantile(0.5)!, all.Quantile(0.95)!);
        Assert.InRange(median.Value, 500 * 0.974, 500 * 1.026);
        Assert.InRange(p95.Value, 950 * 0.974, 950 * 1.026);
        // The 95 % interval of the rank: 950 ± 1.96 · √(1000 · 0.95 · 0.05) = 936 … 964.
        Assert.InRange(p95.Low, 936 * 0.974, 936 * 1.026);
        Assert.InRange(p95.High, 965 * 0.974, 965 * 1.026);
        half.Add(rest.Counts);
        Assert.Equal(all.Quantile(0.95), half.Quantile(0.95));
        Assert.Null(new LatencyHistogram().Quantile(0.5));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(15, 0)]
    [InlineData(16, 1)]
    [InlineData(31, 1)]
    [InlineData(32, 2)]
    [InlineData(1_000_000, 12)]
    public void LengthClass_OfAQuestion_IsTheDoublingItFallsInto(int characters, int expected) => Assert.Equal(expected, TrafficTally.LengthClass(characters));
}
