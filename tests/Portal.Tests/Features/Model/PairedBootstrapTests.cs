using Portal.Features.Model;
using Xunit;

namespace Portal.Tests.Features.Model;

public sealed class PairedBootstrapTests
{
    [Fact]
    public void Mean_OfTheSameSeed_IsTheSame_AndOfAnotherIsNot()
    {
        var values = Values(new Random(1), 200);

        Assert.Equal(PairedBootstrap.Mean(values, seed: 5), PairedBootstrap.Mean(values, seed: 5));
        Assert.NotEqual(PairedBootstrap.Mean(values, seed: 5), PairedBootstrap.Mean(values, seed: 6));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(201)]
    public void Mean_OfManySamples_CoversTheTruthAsOftenAsItSays(int rows)
    {
        var random = new Random(2);
        var covered = 0;
        for (var i = 0; i < 400; i++)
        {
            var estimate = PairedBootstrap.Mean(Values(random, rows), resamples: 400, seed: (ulong)i);
            covered += estimate.Excludes(0.5) ? 0 : 1;
        }

        Assert.InRange(covered, 360, 396);
    }

    [Fact]
    public void Mean_OfAKnownSpread_HasTheWidthOfTheNormalInterval()
    {
        var values = Values(new Random(3), 5_000);
        var estimate = PairedBootstrap.Mean(values);
        var deviation = Math.Sqrt(values.Average(v => (v - values.Average()) * (v - values.Average())));

        Assert.Equal(values.Average(), estimate.Value, 12);
        Assert.Equal(2 * 1.96 * deviation / Math.Sqrt(5_000), estimate.High - estimate.Low, 2);
        Assert.True(estimate.Low < estimate.Value && estimate.Value < estimate.High);
    }

    [Fact]
    public void Difference_OfRowsThatMoveTogether_IsNarrowerThanEachOfThem()
    {
        var random = new Random(4);
        var earlier = Values(random, 1_000);
        var later = earlier.Select(v => v + 0.02 + (0.01 * random.NextDouble())).ToArray();

        var difference = PairedBootstrap.Difference(earlier, later);

        Assert.InRange(difference.Value, 0.024, 0.026);
        Assert.True(difference.Low > 0);
        Assert.True(PairedBootstrap.Mean(earlier).High - PairedBootstrap.Mean(earlier).Low > 10 * (difference.High - difference.Low));
    }

    [Fact]
    public void Of_TheMeanAsAStatistic_IsTheMean()
    {
        foreach (var rows in new[] { 1, 2, 501 })
        {
            var values = Values(new Random(rows), rows);
            var byStatistic = PairedBootstrap.Of(rows, drawn =>
            {
                var sum = 0.0;
                foreach (var row in drawn)
                {
                    sum += values[row];
                }

                return sum / drawn.Length;
            });
            var directly = PairedBootstrap.Mean(values);

            Assert.Equal(directly.Value, byStatistic.Value, 9);
            Assert.Equal(directly.Low, byStatistic.Low, 9);
            Assert.Equal(directly.High, byStatistic.High, 9);
        }
    }

    [Fact]
    public void MeanShare_OfRowsThatAreAllRight_ClaimsNoCertainty()
    {
        var estimate = PairedBootstrap.MeanShare(Enumerable.Repeat(1.0, 20).ToArray());

        Assert.Equal(1, estimate.Value);
        Assert.Equal(1, estimate.High);
        Assert.Equal(Wilson.Interval(20, 20).Low, estimate.Low);
    }

    [Fact]
    public void Difference_OfUnequalRows_IsRefused() =>
        Assert.Throws<ArgumentException>(() => PairedBootstrap.Difference(new double[3], new double[2]));

    [Fact]
    public void Mean_OfNoRows_IsNothing() => Assert.Equal(default, PairedBootstrap.Mean([]));

    [Fact]
    public void Mean_OfTenThousandRows_TakesAFractionOfASecond()
    {
        var values = Values(new Random(5), 10_003);

        Assert.InRange(BestSeconds(() => PairedBootstrap.Mean(values, resamples: 200)), 0, 0.1);
    }

    /// <summary>A tenth of the usual resamples, and the best of several runs: what the code takes, not what else the machine does.</summary>
    internal static double BestSeconds(Action run) => Enumerable.Range(0, 8).Min(_ => OwnTime.Of(run).TotalSeconds);

    private static double[] Values(Random random, int rows) => [.. Enumerable.Range(0, rows).Select(_ => random.NextDouble())];
}
