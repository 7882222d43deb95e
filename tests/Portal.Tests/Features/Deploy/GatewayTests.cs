using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Billing;
using Portal.Features.Deploy;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Xunit;

namespace Portal.Tests.Features.Deploy;

public sealed class GatewayTests
{
    [Theory]
    [InlineData("v1", "header")]
    [InlineData("v1beta", "header")]
    [InlineData("v1beta", "bearer")]
    [InlineData("v1", "query")]
    public async Task GenerateContent_WithAKey_AnswersInGeminisShapeAndBills(string version, string place)
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        var path = $"/{version}/models/intents:generateContent{(place is "query" ? $"?key={live.Key}" : "")}";
        if (place is "bearer")
        {
            rig.Http.DefaultRequestHeaders.Authorization = new("Bearer", live.Key);
        }

        using var response = await rig.PostAsync(path, place is "header" ? live.Key : null);

        var body = await JsonAsync(response, HttpStatusCode.OK);
        Assert.Equal("billing", (string?)body["candidates"]![0]!["content"]!["parts"]![0]!["text"]);
        Assert.Equal("intents@1", (string?)body["modelVersion"]);
        Assert.Equal(21, (int)body["usageMetadata"]!["promptTokenCount"]!);
        var log = await rig.ReadAsync("org_a", db => db.InferenceLogs.SingleAsync());
        Assert.Equal(log.ResponseId, (string?)body["responseId"]);
        Assert.Equal((200, live.KeyId, UsageSource.Endpoint), (log.Status, log.ApiKeyId, log.Source));
        Assert.Equal((21, 5, 5, 3), (log.InputTokens, log.CachedTokens, log.OutputTokens, log.ThinkingTokens));
        var usage = await rig.ReadAsync("org_a", db => db.UsageEvents.OrderBy(u => u.Meter).ToListAsync());
        Assert.Equal([(Meter.InputTokens, 21L, live.Prices.Input), (Meter.OutputTokens, 5L, live.Prices.Output)], usage.Select(u => (u.Meter, u.Quantity, u.PricePerMillion)));
        Assert.Equal(log.AmountMicros, usage.Sum(u => u.AmountMicros));
    }

    [Fact]
    public async Task GenerateContent_OfOneQuestion_AsksTheModelAsTheRecipeDoes()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");

        using var response = await rig.PostAsync(live.Generate, live.Key, """
            {"systemInstruction":{"parts":[{"text":"Be brief."}]},
             "contents":[{"role":"user","parts":[{"text":"Hello"}]},{"role":"model","parts":[{"text":"Hi"}]},{"parts":[{"text":"My card is gone"}]}],
             "generationConfig":{"temperature":0.5,"maxOutputTokens":9000}}
            """);

        await JsonAsync(response, HttpStatusCode.OK);
        var asked = Assert.Single(rig.Vertex.Asked).Body;
        Assert.Equal([GatewayRig.Instruction, "Be brief."], asked["systemInstruction"]!["parts"]!.AsArray().Select(p => (string?)p!["text"]));
        Assert.Equal(
            [("user", "Where is my bill?"), ("model", "billing"), ("user", "Hello"), ("model", "Hi"), ("user", "My card is gone")],
            asked["contents"]!.AsArray().Select(c => ((string?)c!["role"], (string?)c["parts"]![0]!["text"])));
        Assert.Equal(0.5, (double)asked["generationConfig"]!["temperature"]!);
        Assert.Equal(64, (int)asked["generationConfig"]!["maxOutputTokens"]!);
    }

    [Fact]
    public async Task StreamGenerateContent_AsEvents_EndsEachAndBillsBeforeTheLast()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");

        using var response = await rig.PostAsync(live.Stream, live.Key);

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        var text = await response.Content.ReadAsStringAsync();
        Assert.EndsWith("\r\n\r\n", text, StringComparison.Ordinal);
        var events = text.Split("\r\n\r\n", StringSplitOptions.RemoveEmptyEntries).Select(e => JsonNode.Parse(e["data: ".Length..])!).ToList();
        Assert.Equal(["bil", "ling"], events.Select(e => (string?)e["candidates"]![0]!["content"]!["parts"]![0]!["text"]));
        Assert.All(events, e => Assert.Equal("intents@1", (string?)e["modelVersion"]));
        Assert.Single(events.Select(e => (string?)e["responseId"]).Distinct());
        Assert.Equal((1, 2), await CountAsync(rig, "org_a"));
    }

    [Fact]
    public async Task StreamGenerateContent_WithoutAlt_IsOneArray()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");

        using var response = await rig.PostAsync("/v1/models/intents:streamGenerateContent", live.Key);

        Assert.Equal(2, JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsArray().Count);
    }

    [Fact]
    public async Task StreamGenerateContent_LastChunk_LeavesAfterTheRecord()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        using var response = await rig.PostAsync(live.Stream, live.Key);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());

        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.Contains("usageMetadata", StringComparison.Ordinal))
            {
                Assert.Equal((1, 2), await CountAsync(rig, "org_a"));
                return;
            }
        }

        Assert.Fail("The last chunk never came.");
    }

    /// <summary>Red where a chunk waits for the next one: then nobody reads a first word before the second is there.</summary>
    [Theory]
    [InlineData("/v1/models/intents:streamGenerateContent?alt=sse", """{"contents":[{"role":"user","parts":[{"text":"My card is gone"}]}]}""")]
    [InlineData("/openai/v1/chat/completions", """{"model":"intents","stream":true,"messages":[{"role":"user","content":"My card is gone"}]}""")]
    public async Task Stream_FirstChunk_LeavesBeforeTheSecondIsThere(string address, string body)
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        var gate = new TaskCompletionSource();
        rig.Vertex.Answer = async http =>
        {
            await FakeVertex.StreamAsync(http, FakeVertex.Chunk("bil"));
            await gate.Task;
            await FakeVertex.StreamAsync(http, FakeVertex.Chunk("ling", last: true));
        };

        try
        {
            using var response = await rig.PostAsync(address, live.Key, body).WaitAsync(TimeSpan.FromMinutes(1));
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            while (await reader.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1)) is { } line && !line.Contains("\"bil\"", StringComparison.Ordinal))
            {
            }

            Assert.Equal((0, 0), await CountAsync(rig, "org_a"));
            gate.SetResult();
            Assert.Contains("\"ling\"", await reader.ReadToEndAsync(), StringComparison.Ordinal);
            Assert.Equal((1, 2), await CountAsync(rig, "org_a"));
        }
        finally
        {
            gate.TrySetResult();
        }
    }

    [Fact]
    public async Task StreamGenerateContent_CallerGoesAway_IsBilledOnceForAll()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        var gone = new TaskCompletionSource();
        rig.Vertex.Answer = async http =>
        {
            await FakeVertex.StreamAsync(http, FakeVertex.Chunk("a"), FakeVertex.Chunk("b"));
            await gone.Task;
            await FakeVertex.StreamAsync(http, FakeVertex.Chunk("c", last: true));
        };

        using (var response = await rig.PostAsync(live.Stream, live.Key))
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            Assert.Contains("\"a\"", await reader.ReadLineAsync(), StringComparison.Ordinal);
        }

        gone.SetResult();
        await WaitForRecordAsync(rig);
        Assert.Equal((1, 2), await CountAsync(rig, "org_a"));
        Assert.Equal(21, (await rig.ReadAsync("org_a", db => db.InferenceLogs.SingleAsync())).InputTokens);
    }

    [Fact]
    public async Task GenerateContent_CallerGoesAway_IsBilledOnce()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        var asked = new TaskCompletionSource();
        var gone = new TaskCompletionSource();
        rig.Vertex.Answer = async http =>
        {
            asked.SetResult();
            await gone.Task;
            await FakeVertex.JsonAsync(http, FakeVertex.Whole("billing"));
        };
        using var leave = new CancellationTokenSource();
        var call = rig.PostAsync(live.Generate, live.Key, new StringContent("""{"contents":[{"parts":[{"text":"x"}]}]}"""), leave.Token);
        await asked.Task;

        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        gone.SetResult();

        await WaitForRecordAsync(rig);
        Assert.Equal((1, 2), await CountAsync(rig, "org_a"));
    }

    [Fact]
    public async Task CountTokens_CountsTheRecipeTooAndBillsNothing()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");

        using var response = await rig.PostAsync("/v1beta/models/intents:countTokens", live.Key);

        Assert.Equal(17, (int)(await JsonAsync(response, HttpStatusCode.OK))["totalTokens"]!);
        Assert.Equal(3, Assert.Single(rig.Vertex.Asked).Body["contents"]!.AsArray().Count);
        Assert.Equal((0, 0), await CountAsync(rig, "org_a"));
    }

    [Fact]
    public async Task Get_OfTheKeysModel_NamesWhatItCanDo()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        rig.Http.DefaultRequestHeaders.Add("x-goog-api-key", live.Key);

        using var response = await rig.Http.GetAsync("/v1beta/models/intents");

        Assert.Equal("models/intents", (string?)(await JsonAsync(response, HttpStatusCode.OK))["name"]);
    }

    [Theory]
    [InlineData("/v1/models/intents:translate")]
    [InlineData("/v1/models/intents")]
    [InlineData("/v1/files")]
    [InlineData("/v1beta/projects/p/locations/l/endpoints/1:generateContent")]
    [InlineData("/openai/v1/embeddings")]
    public async Task Post_ToNoMethod_IsNotFoundInJson(string path)
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");

        using var response = await rig.PostAsync(path, live.Key);

        Assert.NotEmpty((string?)(await JsonAsync(response, HttpStatusCode.NotFound))["error"]!["message"] ?? "");
    }

    [Fact]
    public async Task ChatCompletions_InOpenAisShape_AnswersAndBills()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        rig.Http.DefaultRequestHeaders.Authorization = new("Bearer", live.Key);

        using var response = await rig.PostAsync("/openai/v1/chat/completions", null, """
            {"model":"intents","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":[{"type":"text","text":"My card"}]}],"user":"u1","stop":"x"}
            """);

        var body = await JsonAsync(response, HttpStatusCode.OK);
        Assert.Equal("billing", (string?)body["choices"]![0]!["message"]!["content"]);
        Assert.Equal("stop", (string?)body["choices"]![0]!["finish_reason"]);
        Assert.Equal((21, 5), ((int)body["usage"]!["prompt_tokens"]!, (int)body["usage"]!["completion_tokens"]!));
        Assert.Equal((1, 2), await CountAsync(rig, "org_a"));
    }

    [Fact]
    public async Task ChatCompletions_Streamed_ComeInChunksThatEndAsOpenAisDo()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");

        using var response = await rig.PostAsync("/openai/v1/chat/completions", live.Key, """
            {"model":"intents","stream":true,"stream_options":{"include_usage":true},"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}},"messages":[{"role":"user","content":"My card"}]}
            """);

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        var events = (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(e => e["data: ".Length..]).ToList();
        Assert.Equal("[DONE]", events[^1]);
        var chunks = events[..^1].Select(e => JsonNode.Parse(e)!).ToList();
        Assert.Equal("assistant", (string?)chunks[0]["choices"]![0]!["delta"]!["role"]);
        Assert.Equal("billing", string.Concat(chunks[..^1].Select(c => (string?)c["choices"]![0]!["delta"]!["content"])));
        Assert.Equal("stop", (string?)chunks[^2]["choices"]![0]!["finish_reason"]);
        Assert.All(chunks[..^2], c => Assert.Null((string?)c["choices"]![0]!["finish_reason"]));
        Assert.Empty(chunks[^1]["choices"]!.AsArray());
        Assert.Equal((21, 5), ((int)chunks[^1]["usage"]!["prompt_tokens"]!, (int)chunks[^1]["usage"]!["completion_tokens"]!));
        Assert.Equal((1, 2), await CountAsync(rig, "org_a"));
        var config = Assert.Single(rig.Vertex.Asked).Body["generationConfig"]!;
        Assert.Equal(("application/json", "object"), ((string?)config["responseMimeType"], (string?)config["responseJsonSchema"]!["type"]));
    }

    [Fact]
    public async Task Models_InBothShapes_AreTheOneThatTheKeyOpens()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        await rig.GoLiveAsync("org_b", "others");
        rig.Http.DefaultRequestHeaders.Authorization = new("Bearer", live.Key);

        using var google = await rig.Http.GetAsync("/v1beta/models?pageSize=5");
        using var openAi = await rig.Http.GetAsync("/openai/v1/models");
        using var one = await rig.Http.GetAsync("/openai/v1/models/intents");
        using var foreign = await rig.Http.GetAsync("/openai/v1/models/others");

        Assert.Equal("models/intents", (string?)Assert.Single((await JsonAsync(google, HttpStatusCode.OK))["models"]!.AsArray())!["name"]);
        Assert.Equal("intents", (string?)Assert.Single((await JsonAsync(openAi, HttpStatusCode.OK))["data"]!.AsArray())!["id"]);
        Assert.Equal("model", (string?)(await JsonAsync(one, HttpStatusCode.OK))["object"]);
        await JsonAsync(foreign, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Models_OfWhichOneHasLostItsPrice_AreAllListed_AndThatOneDoesNotAnswer()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        var priceless = await rig.GoLiveAsync("org_a", "priceless");
        await rig.ReadAsync("org_a", async db =>
        {
            var used = await db.Deployments.Where(d => d.Id == live.DeploymentId).Select(d => d.BaseModelId).SingleAsync();
            var model = await db.CatalogueModels.OrderBy(m => m.Id).FirstAsync(m => m.Id != used);
            db.Entry(model).Property(m => m.Prices).CurrentValue = [];
            await db.SaveChangesAsync();
            return await db.Deployments.Where(d => d.Id == priceless.DeploymentId).ExecuteUpdateAsync(set => set.SetProperty(d => d.BaseModelId, model.Id));
        });
        await using var owner = rig.As("org_a");
        var both = await owner.ServiceProvider.GetRequiredService<ApiKeyService>().IssueAsync(new KeyDraft("Both") { ProjectIds = [live.ProjectId, priceless.ProjectId] }, CancellationToken.None);
        rig.Http.DefaultRequestHeaders.Authorization = new("Bearer", both.Secret);

        using var google = await rig.Http.GetAsync("/v1/models");
        using var openAi = await rig.Http.GetAsync("/openai/v1/models");
        using var answer = await rig.PostAsync(priceless.Generate, both.Secret);

        Assert.Equal(["intents@1", "priceless@1"], (await JsonAsync(google, HttpStatusCode.OK))["models"]!.AsArray().Select(m => (string?)m!["version"]));
        Assert.Equal(["intents", "priceless"], (await JsonAsync(openAi, HttpStatusCode.OK))["data"]!.AsArray().Select(m => (string?)m!["id"]));
        await JsonAsync(answer, HttpStatusCode.ServiceUnavailable);
    }

    internal static async Task<JsonNode> JsonAsync(HttpResponseMessage response, HttpStatusCode expected)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == expected, $"{(int)response.StatusCode}: {text}");
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        return JsonNode.Parse(text)!;
    }

    internal static Task<(int Logs, int Events)> CountAsync(GatewayRig rig, string tenantId) =>
        rig.ReadAsync(tenantId, async db => (await db.InferenceLogs.CountAsync(), await db.UsageEvents.CountAsync()));

    private static async Task WaitForRecordAsync(GatewayRig rig)
    {
        await GatewayRig.WaitAsync(() => rig.ReadAsync("org_a", db => db.InferenceLogs.SingleOrDefaultAsync()));
        // A second record would come at once after the first.
        await Task.Delay(100);
    }
}
