using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace Portal.Tests.Features.Deploy;

/// <summary>Functions of the caller's, in both dialects: declared, called, answered.</summary>
public sealed class GatewayToolsTests
{
    private const string Calls = """[{"functionCall":{"name":"get_order","args":{"id":7}},"thoughtSignature":"c2ln"},{"functionCall":{"name":"get_order","args":{"id":8}}}]""";

    private const string Declared = """[{"type":"function","function":{"name":"get_order","description":"Finds an order","parameters":{"type":"object","properties":{"id":{"type":"integer"}}}}}]""";

    [Fact]
    public async Task GenerateContent_WithFunctions_PassesThemBesideTheRecipe()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        rig.Vertex.Answer = http => FakeVertex.JsonAsync(http, Answer(Calls));

        using var response = await rig.PostAsync(live.Generate, live.Key, """
            {"tools":[{"functionDeclarations":[{"name":"get_order","parameters":{"type":"OBJECT","properties":{"id":{"type":"INTEGER"}}}}]}],
             "toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["get_order"]}},
             "contents":[{"role":"user","parts":[{"text":"Order 6?"}]},{"role":"model","parts":[{"functionCall":{"name":"get_order","args":{"id":6}}}]},
                         {"role":"user","parts":[{"functionResponse":{"name":"get_order","response":{"state":"lost"}}}]}]}
            """);

        var parts = (await GatewayTests.JsonAsync(response, HttpStatusCode.OK))["candidates"]![0]!["content"]!["parts"]!;
        Assert.Equal((7, "c2ln"), ((int)parts[0]!["functionCall"]!["args"]!["id"]!, (string?)parts[0]!["thoughtSignature"]));
        var asked = Assert.Single(rig.Vertex.Asked).Body;
        Assert.Equal(GatewayRig.Instruction, (string?)asked["systemInstruction"]!["parts"]![0]!["text"]);
        Assert.Equal("get_order", (string?)asked["tools"]![0]!["functionDeclarations"]![0]!["name"]);
        Assert.Equal("ANY", (string?)asked["toolConfig"]!["functionCallingConfig"]!["mode"]);
        Assert.Equal("lost", (string?)asked["contents"]!.AsArray()[^1]!["parts"]![0]!["functionResponse"]!["response"]!["state"]);
        Assert.Equal((1, 2), await GatewayTests.CountAsync(rig, "org_a"));
    }

    [Fact]
    public async Task ChatCompletions_WithToolsAndAnImage_GoThereAndBack()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        rig.Vertex.Answer = http => FakeVertex.JsonAsync(http, Answer(Calls));
        const string Question = """{"role":"user","content":[{"type":"text","text":"Orders?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}""";

        using var first = await rig.PostAsync("/openai/v1/chat/completions", live.Key, $$"""{"model":"intents","tools":{{Declared}},"tool_choice":{"type":"function","function":{"name":"get_order"} },"messages":[{{Question}}]}""");

        var choice = (await GatewayTests.JsonAsync(first, HttpStatusCode.OK))["choices"]![0]!;
        Assert.Equal("tool_calls", (string?)choice["finish_reason"]);
        Assert.Null((string?)choice["message"]!["content"]);
        var calls = choice["message"]!["tool_calls"]!.AsArray();
        Assert.Equal([("get_order", 7), ("get_order", 8)], calls.Select(c => ((string?)c!["function"]!["name"], (int)JsonNode.Parse((string)c["function"]!["arguments"]!)!["id"]!)));
        Assert.Equal(2, calls.Select(c => (string?)c!["id"]).Distinct().Count());

        var answers = calls.Select((c, i) => $$"""{"role":"tool","tool_call_id":"{{(string?)c!["id"]}}","content":"{{(i is 0 ? "{\\\"state\\\":\\\"lost\\\"}" : "sent")}}"}""");
        using var second = await rig.PostAsync("/openai/v1/chat/completions", live.Key,
            $$"""{"model":"intents","tools":{{Declared}},"messages":[{{Question}},{{choice["message"]!.ToJsonString()}},{{string.Join(',', answers)}}]}""");

        await GatewayTests.JsonAsync(second, HttpStatusCode.OK);
        var (asked, again) = (rig.Vertex.Asked.First().Body, rig.Vertex.Asked.Last().Body);
        Assert.Equal("get_order", (string?)asked["toolConfig"]!["functionCallingConfig"]!["allowedFunctionNames"]![0]);
        Assert.Equal(("image/png", "AAAA"), ((string?)asked["contents"]!.AsArray()[^1]!["parts"]![1]!["inlineData"]!["mimeType"], (string?)asked["contents"]!.AsArray()[^1]!["parts"]![1]!["inlineData"]!["data"]));
        var turns = again["contents"]!.AsArray();
        Assert.Equal("c2ln", (string?)turns[^2]!["parts"]![0]!["thoughtSignature"]);
        Assert.Equal(["lost", "sent"], turns[^1]!["parts"]!.AsArray().Select(p => (string?)(p!["functionResponse"]!["response"]!["state"] ?? p["functionResponse"]!["response"]!["result"])));
    }

    [Fact]
    public async Task ChatCompletions_Streamed_NumberTheCallsThrough()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        rig.Vertex.Answer = http => FakeVertex.StreamAsync(
            http, Answer("""[{"functionCall":{"name":"get_order","args":{"id":7}}}]""").Replace(",\"finishReason\":\"STOP\"", "", StringComparison.Ordinal),
            Answer("""[{"functionCall":{"name":"get_order","args":{"id":8}}}]"""), Answer("""[{"text":""}]"""));

        using var response = await rig.PostAsync("/openai/v1/chat/completions", live.Key, $$"""{"model":"intents","stream":true,"tools":{{Declared}},"messages":[{"role":"user","content":"Orders?"}]}""");

        var chunks = (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries)[..^1].Select(e => JsonNode.Parse(e["data: ".Length..])!["choices"]![0]!).ToList();
        Assert.Equal([0, 1], chunks.SelectMany(c => c["delta"]!["tool_calls"]?.AsArray() ?? []).Select(c => (int)c!["index"]!));
        Assert.Equal("tool_calls", (string?)chunks[^1]["finish_reason"]);
    }

    private static string Answer(string parts) =>
        FakeVertex.Whole("@").Replace("""[{"text":"@"}]""", parts, StringComparison.Ordinal);
}
