using System.Net;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Billing;
using Portal.Features.Deploy;
using Xunit;

namespace Portal.Tests.Features.Deploy;

public sealed class MeteringTests
{
    private const string Zero = """{"promptTokenCount":0,"candidatesTokenCount":0,"totalTokenCount":0}""";

    [Theory]
    [InlineData("zero", 200, 0, 0, false)] // An explicit zero is not a missing count.
    [InlineData("blocked", 200, 12, 0, false)]
    [InlineData("uncounted", 200, 16, 50, true)]
    [InlineData("endless", 200, 16, 64, true)] // As much as the recipe allows, whatever came.
    public async Task GenerateContent_IsBilledForWhatTheVendorCountedOrElseSaid(string answer, int status, int input, int output, bool isEstimated)
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        rig.Vertex.Answer = http => FakeVertex.JsonAsync(http, answer switch
        {
            "zero" => FakeVertex.Whole("").Replace(FakeVertex.Usage, Zero, StringComparison.Ordinal),
            "blocked" => """{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":12,"totalTokenCount":12}}""",
            "uncounted" => FakeVertex.Whole(new string('x', 200)).Replace(FakeVertex.Usage, "null", StringComparison.Ordinal),
            _ => FakeVertex.Whole(new string('x', 9_000)).Replace(FakeVertex.Usage, "null", StringComparison.Ordinal),
        });

        using var response = await rig.PostAsync(live.Generate, live.Key, """{"contents":[{"parts":[{"text":"Where?"}]}]}""");

        Assert.Equal(status, (int)response.StatusCode);
        await AssertBilledAsync(rig, input, output, isEstimated);
    }

    [Theory]
    [InlineData("""{"error":{"code":503,"message":"gone","status":"UNAVAILABLE"}}""", 503)]
    [InlineData("", 502)]
    public async Task Stream_ThatBreaksOff_IsBilledForWhatCame(string last, int status)
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        rig.Vertex.Answer = http => FakeVertex.StreamAsync(http, [FakeVertex.Chunk(new string('x', 80)), .. last is "" ? Array.Empty<string>() : [last]]);

        using var response = await rig.PostAsync(live.Stream, live.Key, """{"contents":[{"parts":[{"text":"Where?"}]}]}""");
        await response.Content.ReadAsStringAsync();

        Assert.Equal(status, (await rig.ReadAsync("org_a", db => db.InferenceLogs.SingleAsync())).Status);
        await AssertBilledAsync(rig, 16, 20, isEstimated: true);
    }

    [Theory]
    [InlineData("0", "00:01:00")] // No room to read on.
    [InlineData("64", "00:00:00.200")] // Room, but the vendor is silent.
    public async Task Stream_ThatIsLeftAndNotReadOn_IsBilledForWhatCame(string most, string limit)
    {
        await using var rig = await GatewayRig.StartAsync(("Deploy:MostLeftStreams", most), ("Deploy:LeftStreamLimit", limit));
        var live = await rig.GoLiveAsync("org_a", "intents");
        rig.Vertex.Answer = async http =>
        {
            await FakeVertex.StreamAsync(http, FakeVertex.Chunk(new string('x', 40)), FakeVertex.Chunk(new string('x', 40)));
            await Task.Delay(Timeout.InfiniteTimeSpan, http.RequestAborted);
        };

        using (var response = await rig.PostAsync(live.Stream, live.Key, """{"contents":[{"parts":[{"text":"Where?"}]}]}"""))
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            await reader.ReadLineAsync();
        }

        await GatewayRig.WaitAsync(() => rig.ReadAsync("org_a", db => db.InferenceLogs.SingleOrDefaultAsync()));
        await AssertBilledAsync(rig, 16, 20, isEstimated: true);
    }

    [Fact]
    public async Task Write_OfManyAtOnce_RefusesNewCallsWhenFullAndRecordsEachOnce()
    {
        await using var rig = await GatewayRig.StartAsync(("Deploy:MostUnrecorded", "40"));
        var (a, b) = (await rig.GoLiveAsync("org_a", "a"), await rig.GoLiveAsync("org_b", "b"));
        using var first = await rig.PostAsync(a.Generate, a.Key); // From now on the key's own row is as new as it gets.
        await using var services = rig.AsNobody();
        var writer = services.ServiceProvider.GetRequiredService<UsageWriter>();
        var calls = Enumerable.Range(0, 40).Select(i => RecordOf(i % 2 is 0 ? a : b, $"ans_{i}")).ToList();
        List<Task> writing;
        await using (var connection = new SqliteConnection($"Data Source={rig.DatabaseFile}"))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var hold = connection.BeginTransaction();
            writing = [.. calls.Select(writer.WriteAsync)];

            using var refused = await rig.PostAsync(a.Generate, a.Key);
            await GatewayTests.JsonAsync(refused, HttpStatusCode.ServiceUnavailable);
            Assert.NotNull(refused.Headers.RetryAfter);
            Assert.Single(rig.Vertex.Asked);
        }

        await Task.WhenAll(writing);
        // The same call once more, and one that cannot be: neither takes the others with it.
        var bad = writer.WriteAsync(RecordOf(a, "ans_bad") with { EndpointId = "end_none" });
        await Task.WhenAll(writer.WriteAsync(calls[0]), writer.WriteAsync(RecordOf(a, "ans_good")));

        Assert.Equal(503, (await Assert.ThrowsAsync<GatewayException>(() => bad)).Code);
        Assert.Equal((22, 44), await GatewayTests.CountAsync(rig, "org_a"));
        Assert.Equal((20, 40), await GatewayTests.CountAsync(rig, "org_b"));
        using var later = await rig.PostAsync(a.Generate, a.Key);
        await GatewayTests.JsonAsync(later, HttpStatusCode.OK);
    }

    private static CallRecord RecordOf(LiveEndpoint live, string responseId) => new(live.TenantId, live.ProjectId, live.EndpointId, live.DeploymentId, live.KeyId, UsageSource.Endpoint, responseId)
    {
        Status = 200, Problem = "", IsStreamed = false, Milliseconds = 5, Usage = new CallUsage(21, 0, 5, 0), InputPrice = 300_000, OutputPrice = 2_500_000, At = DateTime.UnixEpoch,
    };

    private static async Task AssertBilledAsync(GatewayRig rig, int input, int output, bool isEstimated)
    {
        var log = await rig.ReadAsync("org_a", db => db.InferenceLogs.SingleAsync());
        var usage = await rig.ReadAsync("org_a", db => db.UsageEvents.ToListAsync());
        Assert.Equal((input, output, isEstimated), (log.InputTokens, log.OutputTokens, log.IsEstimated));
        Assert.Equal((input, output), (Sum(Meter.InputTokens), Sum(Meter.OutputTokens)));
        Assert.All(usage, u => Assert.Equal(isEstimated, u.IsEstimated));

        long Sum(Meter meter) => usage.Where(u => u.Meter == meter).Sum(u => u.Quantity);
    }
}
