using System.Net;
using Xunit;

namespace Portal.Tests.Features.Deploy;

public sealed class GatewayBodyTests(GatewayBodyTests.Here here) : IClassFixture<GatewayBodyTests.Here>
{
    public static TheoryData<string, string> MalformedBodies => new()
    {
        { "", "" },
        { "{", "" },
        { "null", "" },
        { "[]", "" },
        { "\"text\"", "" },
        { "{}", "contents" },
        { """{"contents":null}""", "contents" },
        { """{"contents":[]}""", "contents" },
        { """{"contents":"text"}""", "contents" },
        { """{"contents":[null]}""", "contents[0]" },
        { """{"contents":[{}]}""", "contents[0].parts" },
        { """{"contents":[{"parts":[]}]}""", "contents[0].parts" },
        { """{"contents":[{"parts":[null]}]}""", "contents[0].parts[0]" },
        { """{"contents":[{"parts":[{}]}]}""", "contents[0].parts[0]" },
        { """{"contents":[{"parts":[{"text":7}]}]}""", "contents[0].parts[0].text" },
        { """{"contents":[{"role":"system","parts":[{"text":"x"}]}]}""", "contents[0].role" },
        { """{"contents":[{"parts":[{"fileData":{"fileUri":"gs://other/secret","mimeType":"text/plain"}}]}]}""", "contents[0].parts[0].file_data" },
        { """{"contents":[{"parts":[{"text":"x"}]}],"contents":[{"parts":[{"text":"y"}]}]}""", "contents" },
        { """{"contents":[{"parts":[{"text":"\u0041","text":"y"}]}]}""", "" },
        { """{"contents":[{"parts":[{"functionCall":{"name":"f","args":{"a":1,"a":2}}}]}]}""", "contents[0].parts[0].functionCall.args" },
        { """{"contents":[{"parts":[{"functionCall":{"name":"f","args":{"a":-1e999}}}]}]}""", "contents[0].parts[0].functionCall.args.a" },
        { """{"contents":[{"parts":[{"text":"x"}]}],"tenantId":"org_b"}""", "tenantId" },
        { """{"contents":[{"parts":[{"text":"\ud800"}]}]}""", "contents[0].parts[0].text" },
        { """{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"temperature":1e400}}""", "generationConfig.temperature" },
        { """{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"temperature":3}}""", "generation_config.temperature" },
        { """{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"maxOutputTokens":99999999999}}""", "generationConfig.maxOutputTokens" },
        { """{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"maxOutputTokens":-1}}""", "generation_config.max_output_tokens" },
        { """{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"candidateCount":8}}""", "generation_config.candidate_count" },
        { """{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"responseSchema":{"title":"\udc00"}}}""", "generationConfig.responseSchema.title" },
        { """{"contents":[{"parts":[{"text":"x"}]}],"tools":[{"googleSearch":{}}]}""", "tools[0]" },
        { """{"contents":[{"parts":[{"text":"x"}]}],"cachedContent":"projects/1/locations/l/cachedContents/2"}""", "cached_content" },
        { """{"contents":[{"parts":[{"text":"x"}]}],"labels":{"a":"b"}}""", "labels" },
        { """{"tools":[{"functionDeclarations":[{"name":"f"},{"name":"f"}]}],"contents":[{"parts":[{"text":"x"}]}]}""", "tools[0].function_declarations" },
        { """{"toolConfig":{"functionCallingConfig":{"mode":"SOME"}},"contents":[{"parts":[{"text":"x"}]}]}""", "tool_config.function_calling_config.mode" },
        { """{"tools":[{"functionDeclarations":[{"name":"f"}]}],"toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["g"]}},"contents":[{"parts":[{"text":"x"}]}]}""", "tool_config.function_calling_config.allowed_function_names" },
        { """{"contents":[{"parts":[{"functionResponse":{"response":{}}}]}]}""", "contents[0].parts[0]" },
        { """{"generationConfig":{"responseLogprobs":true},"contents":[{"parts":[{"text":"x"}]}]}""", "generation_config.response_logprobs" },
        { """{"generationConfig":{"responseModalities":["IMAGE"]},"contents":[{"parts":[{"text":"x"}]}]}""", "generation_config.response_modalities" },
        { new string('[', 100) + new string(']', 100), "" },
    };

    [Theory]
    [MemberData(nameof(MalformedBodies))]
    public async Task Post_OfAMalformedBody_IsInvalidAndNamesTheField(string body, string field)
    {
        var (rig, live) = (here.Rig, here.Live);
        var before = await GatewayTests.CountAsync(rig, "org_a");

        using var response = await rig.PostAsync(live.Generate, live.Key, body);

        var error = (await GatewayTests.JsonAsync(response, HttpStatusCode.BadRequest))["error"]!;
        Assert.Equal((400, "INVALID_ARGUMENT"), ((int)error["code"]!, (string?)error["status"]));
        Assert.Equal(field, (string?)error["details"]?[0]!["fieldViolations"]![0]!["field"] ?? "");
        Assert.Empty(rig.Vertex.Asked);
        Assert.Equal((before.Logs + 1, 0), await GatewayTests.CountAsync(rig, "org_a"));
    }

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":"x"}]}""", 400, "model")]
    [InlineData("""{"model":"intents","messages":[]}""", 400, "messages")]
    [InlineData("""{"model":"intents","messages":[null]}""", 400, "messages[0].role")]
    [InlineData("""{"model":"intents","messages":[{"role":"robot","content":"x"}]}""", 400, "messages[0].role")]
    [InlineData("""{"model":"intents","messages":[{"role":"tool","tool_call_id":"call_1","content":"x"}]}""", 400, "messages[0].tool_call_id")]
    [InlineData("""{"model":"intents","messages":[{"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{"}}]}]}""", 400, "messages[0].tool_calls[0].function.arguments")]
    [InlineData("""{"model":"intents","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]}]}""", 400, "messages[0].content[0].image_url.url")]
    [InlineData("""{"model":"intents","n":2,"messages":[{"role":"user","content":"x"}]}""", 400, "n")]
    [InlineData("""{"model":"intents","logprobs":true,"messages":[{"role":"user","content":"x"}]}""", 400, "logprobs")]
    [InlineData("""{"model":"intents","tool_choice":"always","messages":[{"role":"user","content":"x"}]}""", 400, "tool_choice")]
    [InlineData("""{"model":"intents","tool_choice":"required","messages":[{"role":"user","content":"x"}]}""", 400, "tool_config.function_calling_config.mode")]
    [InlineData("""{"model":"intents","tools":[{"type":"web_search"}],"messages":[{"role":"user","content":"x"}]}""", 400, "tools[0]")]
    [InlineData("""{"model":"intents","tools":[{"type":"function","function":{"name":"no way"}}],"messages":[{"role":"user","content":"x"}]}""", 400, "tools[0].function_declarations")]
    [InlineData("""{"model":"intents","messages":[{"role":"user","content":7}]}""", 400, "messages[0].content")]
    [InlineData("""{"model":"intents","response_format":{"type":"xml"},"messages":[{"role":"user","content":"x"}]}""", 400, "response_format.type")]
    [InlineData("""{"model":"intents","response_format":{"type":"json_schema"},"messages":[{"role":"user","content":"x"}]}""", 400, "response_format.json_schema.schema")]
    [InlineData("""{"model":"intents","stop":[1],"messages":[{"role":"user","content":"x"}]}""", 400, "stop")]
    [InlineData("""{"model":"other","messages":[{"role":"user","content":"x"}]}""", 404, null)]
    [InlineData("""{"model":""", 400, null)]
    public async Task ChatCompletions_OfAWrongRequest_SaysSoInOpenAisShape(string body, int status, string? param)
    {
        var (rig, live) = (here.Rig, here.Live);

        using var response = await rig.PostAsync("/openai/v1/chat/completions", live.Key, body);

        var error = (await GatewayTests.JsonAsync(response, (HttpStatusCode)status))["error"]!;
        Assert.Equal("invalid_request_error", (string?)error["type"]);
        Assert.Equal(param, (string?)error["param"]);
        Assert.Empty(rig.Vertex.Asked);
    }

    [Fact]
    public async Task Post_OfBytesThatAreNoText_IsInvalid()
    {
        var (rig, live) = (here.Rig, here.Live);
        byte[] body = [.. """{"contents":[{"parts":[{"text":" """u8, 0xC3, 0x28, .. "\"}]}]}"u8];

        using var response = await rig.PostAsync(live.Generate, live.Key, new ByteArrayContent(body));

        await GatewayTests.JsonAsync(response, HttpStatusCode.BadRequest);
        Assert.Empty(rig.Vertex.Asked);
    }

    /// <summary>One gateway for all of them: none may hurt it.</summary>
    public sealed class Here : IAsyncLifetime
    {
        internal GatewayRig Rig { get; private set; } = default!; // made before the first test

        internal LiveEndpoint Live { get; private set; } = default!; // made before the first test

        public async ValueTask InitializeAsync()
        {
            Rig = await GatewayRig.StartAsync(("Deploy:Burst", "1000"));
            Live = await Rig.GoLiveAsync("org_a", "intents");
        }

        public ValueTask DisposeAsync() => Rig.DisposeAsync();
    }
}
