using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Vertex.Contracts;

namespace Portal.Vertex.Tests.Sandbox;

public sealed class InferenceTests(PracticeProject project) : IClassFixture<PracticeProject>
{
    private const string Model = PracticeProject.Parent + "/publishers/google/models/gemini-3.5-flash";

    private static object Ask(string text, object? config = null) =>
        new { contents = new[] { new { role = "user", parts = new[] { new { text } } } }, generationConfig = config ?? new { } };

    [Theory]
    [InlineData("v1/projects/acme-dev/locations/global/publishers/google/models/gemini-3.8-flash")]
    [InlineData("v1beta1/projects/acme-dev/locations/eu/publishers/google/models/gemini-3.1-pro-preview")]
    [InlineData("v1beta/publishers/google/models/gemini-3.5-flash-lite")]
    [InlineData("v1/models/gemini-3.5-flash")]
    public async Task Generate_EveryAddressForm_AnswersAndCounts(string path)
    {
        var reply = await project.PostAsync(path + ":generateContent", Ask("Hello there, how are you?"), 200);

        var usage = reply["usageMetadata"]!;
        Assert.NotEqual("", (string?)reply["candidates"]![0]!["content"]!["parts"]![0]!["text"]);
        Assert.Equal("STOP", (string?)reply["candidates"]![0]!["finishReason"]);
        Assert.Equal(path.Split('/')[^1], (string?)reply["modelVersion"]);
        Assert.Equal((int)usage["promptTokenCount"]! + (int)usage["candidatesTokenCount"]!, (int)usage["totalTokenCount"]!);
        Assert.Equal("TEXT", (string?)usage["promptTokensDetails"]![0]!["modality"]);
    }

    [Fact]
    public async Task Generate_SchemaOfSeveralRows_VariesTheExamplesOfThePrompt()
    {
        const string Prompt = "Write 12 new training examples.\n\nInput: I lost my card on the train, please block it\nOutput: card lost\n\nInput: Where is the refund for my order?\nOutput: refund\n";
        var config = JsonNode.Parse("""
            {"responseMimeType":"application/json","seed":7,"temperature":1,"responseSchema":{"type":"ARRAY","minItems":12,"maxItems":12,"items":{"type":"OBJECT",
            "properties":{"input":{"type":"STRING"},"output":{"type":"STRING","enum":["card lost","refund"]}},"required":["input","output"]}}}
            """);

        var reply = await project.PostAsync(Model + ":generateContent", Ask(Prompt, config), 200);
        var again = await project.PostAsync(Model + ":generateContent", Ask(Prompt, config!.DeepClone()), 200);

        var text = (string)reply["candidates"]![0]!["content"]!["parts"]![0]!["text"]!;
        var rows = JsonNode.Parse(text)!.AsArray();
        Assert.Equal((12, text), (rows.Count, (string)again["candidates"]![0]!["content"]!["parts"]![0]!["text"]!));
        Assert.Equal(12, rows.Select(r => (string)r!["input"]!).Distinct().Count());
        Assert.All(rows, r => Assert.Equal((string)r!["output"]! is "refund", ((string)r["input"]!).Contains("my order", StringComparison.Ordinal) || ((string)r["input"]!).EndsWith("order?", StringComparison.Ordinal) || ((string)r["input"]!).Contains("Where", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("gemini-2.5-flash", "retired")]
    [InlineData("gemini-1.5-pro-002", "retired")]
    [InlineData("gemini-7", "was not found")]
    public async Task Generate_AbsentModel_Is404(string model, string said)
    {
        var error = await project.PostAsync($"{PracticeProject.Parent}/publishers/google/models/{model}:generateContent", Ask("Hi"), 404);

        Assert.Equal("NOT_FOUND", (string?)error["error"]!["status"]);
        Assert.Contains(said, (string)error["error"]!["message"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"temperature":2.1}""")]
    [InlineData("""{"topP":1.5}""")]
    [InlineData("""{"candidateCount":9}""")]
    [InlineData("""{"maxOutputTokens":0}""")]
    [InlineData("""{"maxOutputTokens":70000}""")]
    [InlineData("""{"stopSequences":["1","2","3","4","5","6"]}""")]
    [InlineData("""{"responseMimeType":"text/html"}""")]
    [InlineData("""{"responseSchema":{"type":"STRING"}}""")]
    [InlineData("""{"frequencyPenalty":2}""")]
    [InlineData("""{"logprobs":3}""")]
    [InlineData("""{"thinkingConfig":{"thinkingBudget":0,"thinkingLevel":"LOW"}}""")]
    [InlineData("""{"thinkingConfig":{"thinkingLevel":"EXTREME"}}""")]
    [InlineData("""{"unheardOf":1}""")]
    public async Task Generate_BadConfig_Is400(string config)
    {
        var error = await project.PostAsync(Model + ":generateContent", Ask("Hi", JsonNode.Parse(config)), 400);

        Assert.Equal("INVALID_ARGUMENT", (string?)error["error"]!["status"]);
    }

    [Theory]
    [InlineData("""{"contents":[]}""")]
    [InlineData("""{"contents":[{"role":"robot","parts":[{"text":"x"}]}]}""")]
    [InlineData("""{"contents":[{"role":"user","parts":[]}]}""")]
    [InlineData("""{"contents":[{"role":"user","parts":[{}]}]}""")]
    [InlineData("""{"contents":[{"role":"user","parts":[{"text":"x"}]}],"labels":{"Big":"x"}}""")]
    [InlineData("""{"contents":""")]
    public async Task Generate_BadBody_Is400(string body)
    {
        using var reply = await project.Sandbox.Http.PostAsync(Model + ":generateContent", new StringContent(body, Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, reply.StatusCode);
        Assert.Equal(400, (int)(await reply.Content.ReadFromJsonAsync<JsonNode>())!["error"]!["code"]!);
    }

    [Fact]
    public async Task Generate_MinimalThinking_IsRefusedOnlyWhereGoogleDoes()
    {
        var ask = Ask("Hi", new { thinkingConfig = new { thinkingLevel = "MINIMAL" } });

        await project.PostAsync(Model + ":generateContent", ask, 200);
        await project.PostAsync(PracticeProject.Parent + "/publishers/google/models/gemini-3.8-flash:generateContent", ask, 400);
    }

    [Fact]
    public async Task Generate_Limits_CutTheAnswer()
    {
        var endpoint = await TunedEndpointAsync("the quick brown fox jumps over the lazy dog");

        var whole = await project.PostAsync($"v1/{endpoint}:generateContent", Ask("fox"), 200);
        var cut = await project.PostAsync($"v1/{endpoint}:generateContent", Ask("fox", new { maxOutputTokens = 2 }), 200);
        var stopped = await project.PostAsync($"v1/{endpoint}:generateContent", Ask("fox", new { stopSequences = new[] { " fox" } }), 200);
        var json = await project.PostAsync($"v1/{endpoint}:generateContent", Ask("fox", new { responseMimeType = "application/json" }), 200);
        var two = await project.PostAsync($"v1/{endpoint}:generateContent", Ask("fox", new { candidateCount = 2 }), 200);

        Assert.Equal("the quick brown fox jumps over the lazy dog", TextOf(whole));
        Assert.Equal("MAX_TOKENS", (string?)cut["candidates"]![0]!["finishReason"]);
        Assert.Equal(2, (int)cut["usageMetadata"]!["candidatesTokenCount"]!);
        Assert.StartsWith(TextOf(cut), TextOf(whole), StringComparison.Ordinal);
        Assert.Equal("the quick brown", TextOf(stopped));
        Assert.Equal("\"the quick brown fox jumps over the lazy dog\"", TextOf(json));
        Assert.Equal(2, two["candidates"]!.AsArray().Count);
        Assert.Equal(1, (int)two["candidates"]![1]!["index"]!);
        Assert.True((double)whole["candidates"]![0]!["avgLogprobs"]! <= 0);
    }

    [Theory]
    [InlineData("""{"type":"STRING","enum":["cat","brown fox"]}""", "\"brown fox\"")]
    [InlineData("""{"type":"OBJECT","properties":{"animal":{"type":"STRING","enum":["dog","cat"]},"legs":{"type":"INTEGER"}},"required":["animal"]}""", """{"animal":"dog","legs":0}""")]
    [InlineData("""{"type":"ARRAY","items":{"type":"STRING"}}""", """["the quick brown fox jumps over the lazy dog"]""")]
    [InlineData("""{"type":"BOOLEAN"}""", "false")]
    public async Task Generate_WithSchema_HasThatShape(string schema, string expected)
    {
        var endpoint = await TunedEndpointAsync("the quick brown fox jumps over the lazy dog");
        var parsed = JsonNode.Parse(schema);

        var shaped = await project.PostAsync($"v1/{endpoint}:generateContent", Ask("fox", new { responseMimeType = "application/json", responseSchema = parsed }), 200);

        Assert.Equal(expected, TextOf(shaped));
    }

    [Fact]
    public async Task Generate_CallInsistedOn_IsACall()
    {
        var ask = new
        {
            contents = new[] { new { role = "user", parts = new[] { new { text = "Where is order 7?" } } } },
            tools = new[] { new { functionDeclarations = new[] { new { name = "get_order", parameters = new { type = "OBJECT", properties = new { id = new { type = "INTEGER" } } } } } } },
            toolConfig = new { functionCallingConfig = new { mode = "ANY" } },
        };

        var reply = await project.PostAsync(Model + ":generateContent", ask, 200);

        var call = reply["candidates"]![0]!["content"]!["parts"]![0]!["functionCall"]!;
        Assert.Equal("get_order", (string?)call["name"]);
        Assert.NotNull(call["args"]!["id"]);
    }

    [Theory]
    [InlineData("Where is my order 7?", "get_order")]
    [InlineData("Please cancel order 7", "cancel_order")]
    [InlineData("How is the weather?", null)]
    public async Task Generate_CallLeftOpen_IsACallWhereTheDeclarationSharesTwoWords(string question, string? called)
    {
        var ask = new
        {
            contents = new[] { new { role = "user", parts = new[] { new { text = question } } } },
            tools = new[]
            {
                new
                {
                    functionDeclarations = new[]
                    {
                        new { name = "get_order", description = "Finds where an order is", parameters = new { type = "OBJECT", properties = new { id = new { type = "INTEGER" } } } },
                        new { name = "cancel_order", description = "Cancels it", parameters = new { type = "OBJECT", properties = new { id = new { type = "INTEGER" } } } },
                    },
                },
            },
        };

        var reply = await project.PostAsync(Model + ":generateContent", ask, 200);

        var call = reply["candidates"]![0]!["content"]!["parts"]![0]!["functionCall"];
        Assert.Equal(called, (string?)call?["name"]);
        Assert.Equal(called is null ? null : 7, (int?)call?["args"]!["id"]);
    }

    [Fact]
    public async Task Generate_AfterAFunctionsResponse_AnswersFromIt()
    {
        var ask = new
        {
            contents = new object[]
            {
                new { role = "user", parts = new[] { new { text = "Where is my order 7?" } } },
                new { role = "model", parts = new[] { new { functionCall = new { name = "get_order", args = new { id = 7 } } } } },
                new { role = "user", parts = new[] { new { functionResponse = new { name = "get_order", response = new { state = "lost at customs" } } } } },
            },
            tools = new[] { new { functionDeclarations = new[] { new { name = "get_order", description = "Finds where an order is" } } } },
        };

        Assert.Contains("lost at customs", TextOf(await project.PostAsync(Model + ":generateContent", ask, 200)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_Sse_EndsEveryEventAndCountsInTheLast()
    {
        var endpoint = await TunedEndpointAsync("the quick brown fox jumps over the lazy dog");

        using var reply = await project.Sandbox.Http.PostAsJsonAsync($"v1/{endpoint}:streamGenerateContent?alt=sse", Ask("fox"));
        var text = await reply.Content.ReadAsStringAsync();
        using var plain = await project.Sandbox.Http.PostAsJsonAsync($"v1/{endpoint}:streamGenerateContent", Ask("fox"));
        var array = (await plain.Content.ReadFromJsonAsync<JsonArray>())!;

        Assert.Equal("text/event-stream", reply.Content.Headers.ContentType?.MediaType);
        Assert.EndsWith("\r\n\r\n", text, StringComparison.Ordinal);
        var events = text.Split("\r\n\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.True(events.Length > 1);
        Assert.All(events, one => Assert.StartsWith("data: {", one, StringComparison.Ordinal));
        var chunks = events.Select(one => JsonNode.Parse(one["data: ".Length..])!).ToList();
        Assert.Equal("the quick brown fox jumps over the lazy dog", string.Concat(chunks.Select(TextOf)));
        Assert.All(chunks[..^1], chunk => Assert.Null(chunk["candidates"]![0]!["finishReason"]));
        Assert.Equal("STOP", (string?)chunks[^1]["candidates"]![0]!["finishReason"]);
        Assert.True((int)chunks[^1]["usageMetadata"]!["totalTokenCount"]! > 0);
        Assert.Equal(events.Length, array.Count);
    }

    [Fact]
    public async Task Count_AndCompute_Agree()
    {
        var counted = await project.PostAsync(Model + ":countTokens", new { contents = new[] { new { role = "user", parts = new[] { new { text = "Where is my card?" } } } } }, 200);
        var computed = await project.PostAsync(Model + ":computeTokens", new { contents = new[] { new { role = "user", parts = new[] { new { text = "Where is my card?" } } } } }, 200);

        var tokens = computed["tokensInfo"]![0]!["tokens"]!.AsArray().Select(token => Encoding.UTF8.GetString(Convert.FromBase64String((string)token!))).ToList();
        Assert.Equal((int)counted["totalTokens"]!, tokens.Count);
        Assert.Equal("Where is my card?", string.Concat(tokens));
        Assert.Equal(14, (int)counted["totalBillableCharacters"]!);
        Assert.IsType<string>((string?)computed["tokensInfo"]![0]!["tokenIds"]![0]);
    }

    [Fact]
    public async Task Generate_GzipBody_IsUnpacked()
    {
        using var packed = new MemoryStream();
        await using (var zip = new GZipStream(packed, CompressionMode.Compress, leaveOpen: true))
        {
            zip.Write("""{"contents":[{"role":"user","parts":[{"text":"Hello"}]}]}"""u8);
        }

        using var content = new ByteArrayContent(packed.ToArray());
        content.Headers.ContentEncoding.Add("gzip");
        using var reply = await project.Sandbox.Http.PostAsync(Model + ":generateContent", content);

        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
    }

    [Theory]
    [InlineData("v1/nowhere.json")]
    [InlineData("v1/projects/acme-dev/locations/us-central1/nothings")]
    [InlineData("v1/projects/acme-dev/locations/us/endpoints/12345")]
    public async Task UnknownAddress_Is404InJson(string path)
    {
        using var reply = await project.Sandbox.Http.GetAsync(path);

        Assert.Equal(HttpStatusCode.NotFound, reply.StatusCode);
        Assert.Equal("NOT_FOUND", (string?)(await reply.Content.ReadFromJsonAsync<JsonNode>())!["error"]!["status"]);
    }

    [Fact]
    public async Task Credentials_EmptyBearer_Is401()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "v1beta1/publishers/google/models");
        request.Headers.TryAddWithoutValidation("Authorization", "Basic eDp5");

        using var refused = await project.Sandbox.Http.SendAsync(request);
        var models = await project.Sandbox.Http.GetFromJsonAsync<JsonNode>("v1beta1/publishers/google/models");

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal("UNAUTHENTICATED", (string?)(await refused.Content.ReadFromJsonAsync<JsonNode>())!["error"]!["status"]);
        Assert.Contains("publishers/google/models/gemini-3.5-flash", models!["publisherModels"]!.AsArray().Select(model => (string?)model!["name"]));
    }

    private static string TextOf(JsonNode reply) => (string)reply["candidates"]![0]!["content"]!["parts"]![0]!["text"]!;

    private async Task<string> TunedEndpointAsync(string answer)
    {
        var uri = await project.UploadAsync("t.jsonl", $"{Tickets.Line("fox", answer)}\n{Tickets.Line("bear", "sleeps")}\n");
        var created = await project.Client.CreateTuningJobAsync(
            new() { BaseModel = "gemini-3.5-flash", SupervisedTuningSpec = new() { TrainingDatasetUri = uri, HyperParameters = new() { EpochCount = 9 } } }, default);
        return (await project.WaitForEndAsync(created.Name)).TunedModel!.Endpoint;
    }
}
