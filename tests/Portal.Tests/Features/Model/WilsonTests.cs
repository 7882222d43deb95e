using Portal.Features.Model;
using Xunit;

namespace Portal.Tests.Features.Model;

public sealed class WilsonTests
{
    [Theory]
    [InlineData(380, 400, 0.924, 0.967)]
    [InlineData(368, 400, 0.889, 0.943)]
    [InlineData(85, 100, 0.767, 0.907)]
    public void Interval_OfKnownRates_IsThePublishedOne(int successes, int n, double low, double high)
    {
        var interval = Wilson.Interval(successes, n);

        Assert.Equal(low, Math.Round(interval.Low, 3));
        Assert.Equal(high, Math.Round(interval.High, 3));
    }

    // Wilson's ends are where the score test is just significant: (p − b)² = z² b (1 − b) / n.
    [Fact]
    public void Interval_OfAnyRate_EndsWhereTheScoreTestTurns()
    {
        var random = new Random(7);
        for (var i = 0; i < 2_000; i++)
        {
            var n = random.Next(1, 20_000);
            var successes = random.Next(0, n + 1);
            var (low, high) = Wilson.Interval(successes, n);
            var share = (double)successes / n;

            Assert.InRange(share, low, high);
            Assert.InRange(low, 0, 1);
            Assert.InRange(high, 0, 1);
            foreach (var end in new[] { low, high }.Where(e => e is > 0 and < 1))
            {
                Assert.Equal(1.959963984540054, Math.Abs(share - end) / Math.Sqrt(end * (1 - end) / n), 6);
            }
        }
    }

    [Theory]
    [InlineData(0.90, 1.6448536269514722)]
    [InlineData(0.95, 1.959963984540054)]
    [InlineData(0.99, 2.5758293035489004)]
    [InlineData(0.9999, 3.8905918864131203)]
    public void Z_OfAConfidence_IsTheNormalQuantile(double confidence, double z) => Assert.Equal(z, Wilson.Z(confidence), 9);

    [Fact]
    public void Interval_OfNoRows_SaysNothing() => Assert.Equal((0, 1), Wilson.Interval(0, 0));

    [Fact]
    public void Interval_WithMoreSuccessesThanRows_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => Wilson.Interval(5, 4));
}
