using Portal.Components;
using Xunit;

namespace Portal.Tests.Components;

public sealed class ChartScaleTests
{
    [Theory]
    [InlineData(0.0, 1.0, 5, "0.0 0.5 1.0")]
    [InlineData(0.13, 1.84, 5, "0.0 0.5 1.0 1.5 2.0")]
    [InlineData(0.301, 0.309, 5, "0.300 0.302 0.304 0.306 0.308 0.310")]
    [InlineData(0.0, 9_960.0, 6, "0 2,000 4,000 6,000 8,000 10,000")]
    [InlineData(-3.0, 4.0, 4, "-5 0 5")]
    public void Nice_TicksAreRoundAndHoldTheRange(double low, double high, int wanted, string ticks)
    {
        var scale = ChartScale.Nice(low, high, wanted);

        Assert.Equal(ticks, string.Join(' ', scale.Ticks.Select(scale.Word)));
        Assert.True(scale.Low <= low && scale.High >= high);
    }

    [Theory]
    [InlineData(0.4, 0.4)]
    [InlineData(0.0, 0.0)]
    [InlineData(double.NaN, 1.0)]
    [InlineData(0.0, double.PositiveInfinity)]
    public void Nice_NoRange_StillMakesOne(double low, double high)
    {
        var scale = ChartScale.Nice(low, high, 5);

        Assert.True(scale.High > scale.Low);
        Assert.InRange(scale.Ticks.Count, 2, 12);
    }

    [Fact]
    public void Nice_WholeNumbers_HaveNoTicksBetween() => Assert.Equal([0, 1, 2, 3], ChartScale.Nice(0, 3, 10, whole: true).Ticks);

    [Fact]
    public void Nice_AnyRange_HasFewRoundTicks()
    {
        var random = new Random(1);
        for (var i = 0; i < 2_000; i++)
        {
            var low = (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-6, 7));
            var scale = ChartScale.Nice(low, low + (random.NextDouble() * Math.Pow(10, random.Next(-6, 7))), 5);
            Assert.InRange(scale.Ticks.Count, 2, 11);
            Assert.Equal(scale.Ticks.Count, scale.Ticks.Select(scale.Word).Distinct().Count());
        }
    }
}
