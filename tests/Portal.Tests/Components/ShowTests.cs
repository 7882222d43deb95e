using Portal.Components;
using Xunit;

namespace Portal.Tests.Components;

public sealed class ShowTests
{
    private static readonly DateTime s_now = new(2026, 12, 1, 12, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData("00:00:03", "just now")]
    [InlineData("00:05:59", "5 min ago")]
    [InlineData("1.01:00:00", "1 day ago")]
    [InlineData("2.00:00:00", "2 days ago")]
    [InlineData("-00:00:40", "just now")]
    [InlineData("-00:20:00", "in 20 min")]
    [InlineData("-23:59:58", "in 24 h")]
    [InlineData("-7.00:00:00", "in 7 days")]
    public void Ago_SaysHowFarAwayATimeIs_OnEitherSide(string past, string words) =>
        Assert.Equal(words, Show.Ago(s_now - TimeSpan.Parse(past, System.Globalization.CultureInfo.InvariantCulture), s_now));

    [Theory]
    [InlineData(0, "0 ms")]
    [InlineData(1, "1 ms")]
    [InlineData(2.5, "2.5 ms")]
    [InlineData(185, "185 ms")]
    [InlineData(5_000, "5.0 s")]
    public void Milliseconds_HaveNoEmptyDecimals(double value, string words) => Assert.Equal(words, Show.Milliseconds(value));
}
