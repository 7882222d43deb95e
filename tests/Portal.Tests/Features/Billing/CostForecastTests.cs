using Portal.Features.Billing;
using Xunit;

namespace Portal.Tests.Features.Billing;

public sealed class CostForecastTests
{
    private static readonly DateOnly s_first = new(2026, 10, 1);

    [Fact]
    public void Forecast_OfAFewDays_IsNone()
    {
        Assert.Null(CostForecast.Of(Past(CostForecast.FewestDays - 1, _ => 1_000), At(2026, 11, 3), 3_000));
        Assert.NotNull(CostForecast.Of(Past(CostForecast.FewestDays, _ => 1_000), At(2026, 11, 3), 3_000));
    }

    /// <summary>Days that are all alike leave nothing to be uncertain about: what is spent, half of today, and the days after it.</summary>
    [Theory]
    [InlineData(3, 12, 2_500)]
    [InlineData(30, 12, 29_500)]
    [InlineData(30, 0, 29_000)]
    public void Forecast_OfEqualDays_IsTheirSum(int day, int hour, long soFar)
    {
        var ahead = CostForecast.Of(Past(40, _ => 1_000), At(2026, 11, day, hour), soFar)!;

        Assert.Equal((30_000, 30_000, 30_000), (ahead.LowMicros, ahead.LikelyMicros, ahead.HighMicros));
        Assert.Equal(30 - day + 1, ahead.Path.Count);
        Assert.Equal(new DateOnly(2026, 11, 30), ahead.Path[^1].Day);
    }

    [Fact]
    public void Forecast_OfQuietWeekends_KeepsThemQuiet()
    {
        // From Friday noon on: half a Friday, a quiet weekend, and Monday the 30th.
        var ahead = CostForecast.Of(Past(50, day => IsWeekend(day) ? 0 : 1_000), At(2026, 11, 27, 12), 19_500)!;

        Assert.Equal((21_000, 21_000), (ahead.LowMicros, ahead.HighMicros));
    }

    [Fact]
    public void Forecast_OfTheSamePast_IsTheSameAgain()
    {
        var random = new Random(1);
        var past = Past(30, _ => random.Next(10_000));

        Assert.Equal(CostForecast.Of(past, At(2026, 11, 9, 7), 5)!.Path, CostForecast.Of(past, At(2026, 11, 9, 7), 5)!.Path);
    }

    /// <summary>The band says eight of ten; of 300 months of every kind that is about what ends in it.</summary>
    [Theory]
    [InlineData(10, 0.70, 0.92)]
    [InlineData(30, 0.72, 0.90)]
    public void Band_OfManyMonths_HoldsAboutEightOfTen(int days, double low, double high)
    {
        var random = new Random(7);
        var inside = 0;
        for (var month = 0; month < 300; month++)
        {
            // Money by the day is skewed: many small days and a few dear ones.
            long Draw(DateOnly day) => (long)(Math.Exp(random.NextDouble() + random.NextDouble() + random.NextDouble()) * (IsWeekend(day) ? 200 : 1_000));
            var now = At(2026, 11, 8);
            var past = Enumerable.Range(0, days).Select(i => s_first.AddDays(38 - days + i)).Select(day => (day, Draw(day))).ToList();
            var soFar = past.Where(p => p.day.Month is 11).Sum(p => p.Item2);
            var end = soFar + Enumerable.Range(8, 23).Sum(d => Draw(new DateOnly(2026, 11, d)));
            var ahead = CostForecast.Of(past, now, soFar)!;
            inside += end >= ahead.LowMicros && end <= ahead.HighMicros ? 1 : 0;
        }

        Assert.InRange(inside / 300.0, low, high);
    }

    private static bool IsWeekend(DateOnly day) => day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;

    private static DateTime At(int year, int month, int day, int hour = 0) => new(year, month, day, hour, 0, 0, DateTimeKind.Utc);

    private static List<(DateOnly, long)> Past(int days, Func<DateOnly, long> cost) => [.. Enumerable.Range(0, days).Select(i => s_first.AddDays(i)).Select(day => (day, cost(day)))];
}
