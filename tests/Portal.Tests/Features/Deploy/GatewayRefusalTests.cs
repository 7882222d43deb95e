using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Deploy;
using Portal.Features.Tenancy;
using Xunit;

namespace Portal.Tests.Features.Deploy;

public sealed class GatewayRefusalTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Post_OfTooLargeABody_IsRefused(bool chunked)
    {
        await using var rig = await GatewayRig.StartAsync(("Deploy:MaxBodyBytes", "2048"));
        var live = await rig.GoLiveAsync("org_a", "intents");
        var fits = Fill(2048);
        var exceeds = Fill(2049);

        using var taken = await rig.PostAsync(live.Generate, live.Key, Content(fits));
        using var refused = await rig.PostAsync(live.Generate, live.Key, Content(exceeds));

        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        Assert.Equal(413, (int)(await GatewayTests.JsonAsync(refused, HttpStatusCode.RequestEntityTooLarge))["error"]!["code"]!);

        HttpContent Content(byte[] bytes) => chunked ? new StreamContent(new Unseekable(bytes)) : new ByteArrayContent(bytes);
    }

    [Fact]
    public async Task Post_WithoutAWorkingKey_GetsOneConstantAnswer()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        await using (var owner = rig.As("org_a"))
        {
            await owner.ServiceProvider.GetRequiredService<ApiKeyService>().RevokeAsync(live.KeyId, CancellationToken.None);
        }

        var answers = new List<string>();
        foreach (var key in new[] { null, "", "nonsense", KeySecret.Create(), live.Key, live.Key.ToUpperInvariant() })
        {
            using var response = await rig.PostAsync(live.Generate, key);
            Assert.Equal("UNAUTHENTICATED", (string?)(await GatewayTests.JsonAsync(response, HttpStatusCode.Unauthorized))["error"]!["status"]);
            answers.Add(await response.Content.ReadAsStringAsync());
        }

        Assert.Single(answers.Distinct());
        Assert.Empty(rig.Vertex.Asked);
    }

    /// <summary>What a good key may not is told apart from a key that is wrong, in both dialects.</summary>
    [Fact]
    public async Task Post_WithAKeyForOtherThings_SaysWhatItMayNot()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        var counts = await IssueAsync(rig, new KeyDraft("Counts") { Verbs = [KeyVerb.CountTokens], ProjectIds = [live.ProjectId] });
        var away = await IssueAsync(rig, new KeyDraft("Away") { Limits = new KeyLimits { AllowedAddresses = "203.0.113.0/24" } });
        var other = await rig.CandidateAsync("org_a");
        var elsewhere = await IssueAsync(rig, new KeyDraft("Elsewhere") { ProjectIds = [other.ProjectId] });

        using var generated = await rig.PostAsync(live.Generate, counts);
        using var chatted = await rig.PostAsync("/openai/v1/chat/completions", counts, new StringContent("""{"model":"intents","messages":[{"role":"user","content":"Hi"}]}"""));
        using var listed = await rig.Http.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/v1/models") { Headers = { { "x-goog-api-key", counts } } });
        using var counted = await rig.PostAsync("/v1/models/intents:countTokens", counts);
        using var called = await rig.PostAsync(live.Generate, away);
        using var missed = await rig.PostAsync(live.Generate, elsewhere);

        var error = (await GatewayTests.JsonAsync(generated, HttpStatusCode.Forbidden))["error"]!;
        Assert.Equal(("PERMISSION_DENIED", "This API key may not generate answers. Use a key that was issued for it."), ((string?)error["status"], (string?)error["message"]));
        Assert.Equal("This API key may not generate answers. Use a key that was issued for it.", (string?)(await GatewayTests.JsonAsync(chatted, HttpStatusCode.Forbidden))["error"]!["message"]);
        Assert.Equal(HttpStatusCode.Forbidden, listed.StatusCode);
        Assert.Equal(HttpStatusCode.OK, counted.StatusCode);
        Assert.Contains("may not be used from 127.0.0.1", (string?)(await GatewayTests.JsonAsync(called, HttpStatusCode.Forbidden))["error"]!["message"], StringComparison.Ordinal);
        await GatewayTests.JsonAsync(missed, HttpStatusCode.NotFound);
        Assert.EndsWith(":countTokens", Assert.Single(rig.Vertex.Asked).Path, StringComparison.Ordinal);

        static async Task<string> IssueAsync(GatewayRig rig, KeyDraft draft)
        {
            await using var owner = rig.As("org_a");
            return (await owner.ServiceProvider.GetRequiredService<ApiKeyService>().IssueAsync(draft, CancellationToken.None)).Secret;
        }
    }

    [Fact]
    public async Task Post_WithTwoDifferentKeys_IsRefused()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");

        using var response = await rig.PostAsync($"{live.Generate}?key={KeySecret.Create()}", live.Key);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task Post_WithAnothersKey_FindsNothingAsForANameOfNobody()
    {
        await using var rig = await GatewayRig.StartAsync();
        await rig.GoLiveAsync("org_a", "intents-of-a");
        var b = await rig.GoLiveAsync("org_b", "intents-of-b");

        using var foreign = await rig.PostAsync("/v1/models/intents-of-a:generateContent", b.Key);
        using var unknown = await rig.PostAsync("/v1/models/intents-of-x:generateContent", b.Key);

        await GatewayTests.JsonAsync(foreign, HttpStatusCode.NotFound);
        Assert.Equal(
            (await unknown.Content.ReadAsStringAsync()).Replace("of-x", "of-a", StringComparison.Ordinal), await foreign.Content.ReadAsStringAsync());
        Assert.Empty(rig.Vertex.Asked);
    }

    [Fact]
    public async Task Post_WithTheKeyOfAnotherProject_FindsNothing()
    {
        await using var rig = await GatewayRig.StartAsync();
        await rig.GoLiveAsync("org_a", "first");
        var second = await rig.GoLiveAsync("org_a", "second");

        using var response = await rig.PostAsync("/v1/models/first:generateContent", second.Key);

        await GatewayTests.JsonAsync(response, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Post_FasterThanTheLimit_IsToldToWaitAndStopsNobodyElse()
    {
        await using var rig = await GatewayRig.StartAsync(("Deploy:Burst", "2"), ("Deploy:CallsPerMinute", "1"));
        var noisy = await rig.GoLiveAsync("org_a", "noisy");
        var quiet = await rig.GoLiveAsync("org_b", "quiet");
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 3; i++)
        {
            using var call = await rig.PostAsync(noisy.Generate, noisy.Key);
            statuses.Add(call.StatusCode);
        }

        using var refused = await rig.PostAsync(noisy.Generate, noisy.Key);
        using var other = await rig.PostAsync(quiet.Generate, quiet.Key);

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests], statuses);
        var error = (await GatewayTests.JsonAsync(refused, HttpStatusCode.TooManyRequests))["error"]!;
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.EndsWith("s", (string?)error["details"]![0]!["retryDelay"], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Theory]
    [InlineData(429, "RESOURCE_EXHAUSTED", 429, "RESOURCE_EXHAUSTED")]
    [InlineData(400, "INVALID_ARGUMENT", 400, "INVALID_ARGUMENT")]
    [InlineData(401, "UNAUTHENTICATED", 502, "UNAVAILABLE")]
    [InlineData(403, "PERMISSION_DENIED", 502, "UNAVAILABLE")]
    [InlineData(404, "NOT_FOUND", 502, "UNAVAILABLE")]
    [InlineData(500, "INTERNAL", 502, "UNAVAILABLE")]
    [InlineData(503, "UNAVAILABLE", 503, "UNAVAILABLE")]
    [InlineData(504, "DEADLINE_EXCEEDED", 504, "DEADLINE_EXCEEDED")]
    public async Task Post_WhenTheVendorFails_IsToldWhatToDo(int theirs, string theirName, int ours, string ourName)
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        rig.Vertex.Answer = http =>
        {
            http.Response.Headers.RetryAfter = "30";
            return FakeVertex.FailAsync(http, theirs, theirName);
        };

        using var whole = await rig.PostAsync(live.Generate, live.Key);
        using var streamed = await rig.PostAsync(live.Stream, live.Key);

        foreach (var response in new[] { whole, streamed })
        {
            Assert.Equal(ourName, (string?)(await GatewayTests.JsonAsync(response, (HttpStatusCode)ours))["error"]!["status"]);
            Assert.Equal(ours is 429 or 503 ? TimeSpan.FromSeconds(30) : null, response.Headers.RetryAfter?.Delta);
        }

        Assert.Equal((2, 0), await GatewayTests.CountAsync(rig, "org_a"));
        Assert.Equal([ours, ours], await rig.ReadAsync("org_a", db => db.InferenceLogs.Select(l => l.Status).ToListAsync()));
    }

    [Theory]
    [InlineData(":generateContent")]
    [InlineData(":streamGenerateContent?alt=sse")]
    public async Task Post_WhenTheVendorHangs_IsToldAfterTheLimit(string method)
    {
        await using var rig = await GatewayRig.StartAsync(("Deploy:CallLimit", "00:00:00.500"));
        var live = await rig.GoLiveAsync("org_a", "intents");
        rig.Vertex.Answer = http => Task.Delay(TimeSpan.FromSeconds(30), http.RequestAborted);

        using var response = await rig.PostAsync($"/v1/models/intents{method}", live.Key);

        await GatewayTests.JsonAsync(response, HttpStatusCode.GatewayTimeout);
    }

    [Fact]
    public async Task Post_WhenTheVendorTalksNonsense_IsAFaultOfTheirs()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        rig.Vertex.Answer = http => FakeVertex.JsonAsync(http, "<html>not json");

        using var response = await rig.PostAsync(live.Generate, live.Key);

        await GatewayTests.JsonAsync(response, HttpStatusCode.BadGateway);
    }

    [Fact]
    public async Task Stream_ThatBreaks_EndsWithAnErrorEvent()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        rig.Vertex.Answer = http => FakeVertex.StreamAsync(http, FakeVertex.Chunk("a"), """{"error":{"code":503,"message":"gone","status":"UNAVAILABLE"}}""");

        using var response = await rig.PostAsync(live.Stream, live.Key);

        var text = await response.Content.ReadAsStringAsync();
        Assert.EndsWith("\r\n\r\n", text, StringComparison.Ordinal);
        var events = text.Split("\r\n\r\n", StringSplitOptions.RemoveEmptyEntries).Select(e => JsonNode.Parse(e["data: ".Length..])!).ToList();
        Assert.Equal(2, events.Count);
        Assert.Equal(503, (int)events[1]["error"]!["code"]!);
        Assert.Equal(503, (await rig.ReadAsync("org_a", db => db.InferenceLogs.SingleAsync())).Status);
    }

    [Fact]
    public async Task Post_WhenNothingIsLive_SaysSo()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        await using (var owner = rig.As("org_a"))
        {
            await owner.ServiceProvider.GetRequiredService<DeploymentService>().UndeployAsync(live.ProjectId, CancellationToken.None);
        }

        using var response = await rig.PostAsync(live.Generate, live.Key);

        Assert.Contains("not deployed", (string?)(await GatewayTests.JsonAsync(response, HttpStatusCode.NotFound))["error"]!["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_WhileTheDatabaseIsAway_IsNeverAWrongKey()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        await rig.ReadAsync("org_a", db => db.Database.EnsureDeletedAsync());

        using var response = await rig.PostAsync(live.Generate, live.Key);

        await GatewayTests.JsonAsync(response, HttpStatusCode.ServiceUnavailable);
        Assert.NotNull(response.Headers.RetryAfter);
    }

    private static byte[] Fill(int length)
    {
        const string Head = """{"contents":[{"parts":[{"text":" """, Tail = "\"}]}]}";
        return Encoding.UTF8.GetBytes(Head + new string('x', length - Head.Length - Tail.Length) + Tail);
    }

    // Without a length the client sends chunks.
    private sealed class Unseekable(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
