using Portal.Components;
using Xunit;

namespace Portal.Tests.Components;

public sealed class ChartThinningTests
{
    [Fact]
    public void Thin_FewPoints_ChangesNothing()
    {
        var points = Points(ChartThinning.MostPoints);

        Assert.Same(points, ChartThinning.Thin(points));
    }

    [Theory]
    [InlineData(501)]
    [InlineData(997)]
    [InlineData(10_000)]
    public void Thin_ManyPoints_KeepsEndsOrderAndTheSpike(int count)
    {
        var points = Points(count);
        points[count / 3] = new ChartPoint(count / 3, 99);

        var thin = ChartThinning.Thin(points);

        Assert.InRange(thin.Count, 2, ChartThinning.MostPoints);
        Assert.Equal((points[0], points[^1]), (thin[0], thin[^1]));
        Assert.Contains(thin, p => p.Y is 99);
        Assert.Equal(thin.Select(p => p.X).Distinct().Order(), thin.Select(p => p.X));
    }

    private static ChartPoint[] Points(int count) => [.. Enumerable.Range(0, count).Select(i => new ChartPoint(i, Math.Sin(i * 0.37)))];
}
