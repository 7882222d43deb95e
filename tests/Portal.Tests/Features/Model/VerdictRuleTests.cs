using Portal.Features.Model;
using Xunit;

namespace Portal.Tests.Features.Model;

public sealed class VerdictRuleTests
{
    [Theory]
    [InlineData(380, 400, 0.9, Verdict.Stop)]
    [InlineData(368, 400, 0.9, Verdict.NotEnoughData)]
    [InlineData(85, 100, 0.8, Verdict.NotEnoughData)]
    [InlineData(200, 400, 0.9, Verdict.Climb)]
    public void Decide_OfKnownRates_IsTheVerdict(int right, int n, double target, Verdict verdict)
    {
        var (low, high) = Wilson.Interval(right, n);

        Assert.Equal(verdict, VerdictRule.Decide(low, high, target));
    }

    [Theory]
    [InlineData(0.9, 0.95, 0.9, Verdict.Stop)]
    [InlineData(0.8, 0.9, 0.9, Verdict.NotEnoughData)]
    public void Decide_AtTheVeryTarget_CountsItAsMet(double low, double high, double target, Verdict verdict) =>
        Assert.Equal(verdict, VerdictRule.Decide(low, high, target));

    [Fact]
    public void RowsNeeded_IsTheFirstNumberOfRowsThatDecides()
    {
        var random = new Random(3);
        for (var i = 0; i < 500; i++)
        {
            var (share, target) = (0.05 + (0.9 * random.NextDouble()), 0.05 + (0.9 * random.NextDouble()));
            if (Math.Abs(share - target) < 0.02 || VerdictRule.RowsNeeded(share, target) is not { } rows)
            {
                continue;
            }

            // Wilson's interval at exactly this share, whatever the rounding of a count would make of it.
            Assert.NotEqual(Verdict.NotEnoughData, Decided(share, rows, target));
            if (rows > 1)
            {
                Assert.Equal(Verdict.NotEnoughData, Decided(share, rows - 1, target));
            }
        }
    }

    [Fact]
    public void RowsNeeded_OnTheTarget_IsNoNumber() => Assert.Null(VerdictRule.RowsNeeded(0.9, 0.9));

    private static Verdict Decided(double share, long n, double target)
    {
        var spread = Wilson.Z(0.95) * Wilson.Z(0.95) / n;
        var middle = (share + (spread / 2)) / (1 + spread);
        var half = Math.Sqrt((share * (1 - share) * spread) + (spread * spread / 4)) / (1 + spread);
        return VerdictRule.Decide(middle - half, middle + half, target);
    }
}
