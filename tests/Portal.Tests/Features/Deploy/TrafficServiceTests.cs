using Microsoft.Extensions.Time.Testing;
using Portal.Features.Billing;
using Portal.Features.Deploy;
using Xunit;

namespace Portal.Tests.Features.Deploy;

public sealed class TrafficServiceTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 23, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Read_CountsTodayAndTheMonthOfCallsWithAKey()
    {
        var time = new FakeTimeProvider(s_now);
        using var database = new PortalDatabase(time);
        await using (var db = database.CreateDbContext())
        {
            db.InferenceLogs.AddRange(
                Log("2026-11-23T00:00:00Z", 100), Log("2026-11-23T09:00:00Z", 300), Log("2026-11-23T09:30:00Z", 9_000, status: 502),
                Log("2026-11-22T23:59:59Z", 50), Log("2026-11-01T00:00:00Z", 50), Log("2026-10-31T23:59:59Z", 50),
                Log("2026-11-23T09:00:00Z", 1, source: UsageSource.Playground), Log("2026-11-23T09:00:00Z", 1, endpoint: "enp_2"));
            await db.SaveChangesAsync();
        }

        var traffic = await new TrafficService(database, time).ReadAsync("enp_1", CancellationToken.None);

        Assert.Equal(new TrafficSum(3, 1, 30, 6, 21), traffic.Today);
        Assert.Equal(new TrafficSum(5, 1, 50, 10, 35), traffic.Month);
        Assert.Equal((100, 300), (traffic.MedianMilliseconds, traffic.P95Milliseconds));
    }

    [Fact]
    public async Task Read_WithoutACall_HasNoLatency()
    {
        using var database = new PortalDatabase();

        var traffic = await new TrafficService(database, TimeProvider.System).ReadAsync("enp_1", CancellationToken.None);

        Assert.Equal((new TrafficSum(0, 0, 0, 0, 0), null, null), (traffic.Month, traffic.MedianMilliseconds, traffic.P95Milliseconds));
    }

    [Theory]
    [InlineData(0.5, 50)]
    [InlineData(0.95, 95)]
    [InlineData(1, 100)]
    [InlineData(0, 1)]
    public void Quantile_OfOneToAHundred_IsTheShare(double share, int expected) =>
        Assert.Equal(expected, TrafficService.Quantile([.. Enumerable.Range(1, 100)], share));

    private static InferenceLog Log(string at, int milliseconds, int status = 200, UsageSource source = UsageSource.Endpoint, string endpoint = "enp_1") => new()
    {
        ProjectId = "prj_1", EndpointId = endpoint, DeploymentId = "dep_1", Source = source, ResponseId = Guid.NewGuid().ToString("N"), Status = status,
        Milliseconds = milliseconds, InputTokens = 10, OutputTokens = 2, AmountMicros = 7, At = DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture).UtcDateTime,
    };
}
