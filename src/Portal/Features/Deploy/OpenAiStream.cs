using System.Text.Json;
using Portal.Vertex.Contracts;

namespace Portal.Features.Deploy;

/// <summary>
/// An answer in the chunks of OpenAI's chat completions, ended by <c>[DONE]</c>. As in Google's shape nothing is sent before the first
/// chunk, so that a call refused at once has its proper status.
/// </summary>
internal sealed class OpenAiStream(HttpContext http, bool withUsage, DateTimeOffset now)
{
    private bool _begun;

    public async Task WriteAsync(IAsyncEnumerable<VertexGenerateContentResponse> chunks)
    {
        VertexGenerateContentResponse? last = null;
        var called = 0;
        try
        {
            await foreach (var chunk in chunks)
            {
                var calls = OpenAiTools.CallsOf(chunk, called);
                called += calls.Count;
                await SendAsync(OpenAiShape.ChunkOf(chunk, now, isFirst: last is null, calls, hasCalled: called > 0));
                last = chunk;
            }

            if (withUsage && last is not null)
            {
                await SendAsync(OpenAiShape.UsageOf(last, now));
            }
        }
        catch (GatewayException told) when (_begun)
        {
            // The status is long gone; OpenAI's own libraries raise what stands under "error".
            await SendAsync(OpenAiShape.ErrorOf(told));
            return;
        }

        await WriteAsync("data: [DONE]\n\n"u8.ToArray());
    }

    private Task SendAsync(object value) => WriteAsync([.. "data: "u8, .. JsonSerializer.SerializeToUtf8Bytes(value, OpenAiShape.Options), .. "\n\n"u8]);

    private async Task WriteAsync(byte[] bytes)
    {
        if (!_begun)
        {
            _begun = true;
            http.Response.ContentType = "text/event-stream";
            http.Response.Headers.CacheControl = "no-store";
        }

        await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }
}
