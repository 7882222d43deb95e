using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Portal.Tests.Features.Deploy;

/// <summary>A vendor on a port of its own: says what a test tells it to, and remembers what it was asked.</summary>
internal sealed class FakeVertex : IAsyncDisposable
{
    public const string Usage = """{"promptTokenCount":21,"cachedContentTokenCount":5,"candidatesTokenCount":2,"thoughtsTokenCount":3,"totalTokenCount":26}""";

    private readonly WebApplication _app;

    private FakeVertex(WebApplication app) => _app = app;

    public ConcurrentQueue<(string Path, JsonNode Body)> Asked { get; } = [];

    public Func<HttpContext, Task> Answer { get; set; } = http => http.Request.Path.Value switch
    {
        { } path when path.EndsWith(":countTokens", StringComparison.Ordinal) => JsonAsync(http, """{"totalTokens":17}"""),
        { } path when path.EndsWith(":streamGenerateContent", StringComparison.Ordinal) => StreamAsync(http, Chunk("bil"), Chunk("ling", last: true)),
        _ => JsonAsync(http, Whole("billing")),
    };

    public string Url => _app.Urls.First();

    public static async Task<FakeVertex> StartAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var vertex = new FakeVertex(app);
        app.Run(async http =>
        {
            var body = !HttpMethods.IsPost(http.Request.Method) ? new JsonObject() : await JsonNode.ParseAsync(http.Request.Body) ?? throw new JsonException("The portal sent nothing.");
            vertex.Asked.Enqueue((http.Request.Path.Value ?? "", body));
            await vertex.Answer(http);
        });
        await app.StartAsync();
        return vertex;
    }

    public static string Whole(string text) =>
        $$$"""{"candidates":[{"content":{"role":"model","parts":[{"text":"{{{text}}}"}]},"finishReason":"STOP"}],"usageMetadata":{{{Usage}}},"modelVersion":"gemini-x","responseId":"theirs"}""";

    public static string Chunk(string text, bool last = false) => last
        ? Whole(text)
        : $$$"""{"candidates":[{"content":{"role":"model","parts":[{"text":"{{{text}}}"}]}}],"modelVersion":"gemini-x","responseId":"theirs"}""";

    public static Task JsonAsync(HttpContext http, string json, int status = 200)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(json);
    }

    public static Task FailAsync(HttpContext http, int status, string name) =>
        JsonAsync(http, $$$"""{"error":{"code":{{{status}}},"message":"the vendor's own words","status":"{{{name}}}"}}""", status);

    public static async Task StreamAsync(HttpContext http, params string[] chunks)
    {
        if (!http.Response.HasStarted)
        {
            http.Response.ContentType = "text/event-stream";
        }

        foreach (var chunk in chunks)
        {
            await http.Response.WriteAsync($"data: {chunk}\r\n\r\n");
            await http.Response.Body.FlushAsync();
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
