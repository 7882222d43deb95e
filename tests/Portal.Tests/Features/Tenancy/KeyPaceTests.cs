using Portal.Features.Tenancy;
using Xunit;

namespace Portal.Tests.Features.Tenancy;

public sealed class KeyPaceTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    [InlineData(599)]
    [InlineData(600)]
    [InlineData(900)]
    [InlineData(1_199)]
    [InlineData(1_000_000)]
    public void Bucket_OfAnyRate_FillsInAMinute(int rate)
    {
        var bucket = KeyPace.BucketOf(rate);

        Assert.Equal(rate, bucket.TokenLimit);
        Assert.Equal(1, bucket.TokensPerPeriod / bucket.ReplenishmentPeriod.TotalMinutes / rate, 4);
    }
}
