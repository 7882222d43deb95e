using System.Numerics;
using Portal.Features.Model;
using Xunit;

namespace Portal.Tests.Features.Model;

public sealed class McNemarTests
{
    [Theory]
    [InlineData(15, 5, 0.041)]
    [InlineData(10, 5, 0.302)]
    [InlineData(0, 0, 1)]
    [InlineData(6, 0, 0.031)]
    [InlineData(5, 5, 1)]
    public void ExactP_OfKnownSplits_IsThePublishedOne(int better, int worse, double p) =>
        Assert.Equal(p, Math.Round(McNemar.ExactP(better, worse), 3));

    [Fact]
    public void ExactP_OfAnySplit_EqualsCountingEveryCase()
    {
        var random = new Random(11);
        for (var i = 0; i < 300; i++)
        {
            var (better, worse) = (random.Next(0, 120), random.Next(0, 120));

            Assert.Equal(Counted(better, worse), McNemar.ExactP(better, worse), 10);
            Assert.Equal(McNemar.ExactP(better, worse), McNemar.ExactP(worse, better));
        }
    }

    [Fact]
    public void ExactP_OfManyRows_NeitherOverflowsNorVanishesWrongly()
    {
        Assert.Equal(1, McNemar.ExactP(50_000, 50_000));
        Assert.InRange(McNemar.ExactP(5_100, 4_900), 0.04, 0.06);
        Assert.Equal(0, McNemar.ExactP(100_000, 0));
    }

    private static double Counted(int better, int worse)
    {
        var n = better + worse;
        var (choose, tail) = (BigInteger.One, BigInteger.Zero);
        for (var k = 0; k <= Math.Min(better, worse); k++)
        {
            tail += choose;
            choose = choose * (n - k) / (k + 1);
        }

        return Math.Min(1, Math.Exp(BigInteger.Log(2 * tail) - (n * Math.Log(2))));
    }
}
