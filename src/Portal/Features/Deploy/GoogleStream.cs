using System.Text.Json;
using Portal.Vertex.Contracts;

namespace Portal.Features.Deploy;

/// <summary>
/// An answer in chunks: events that each end with a blank line, or one JSON array where <c>alt=sse</c> was not asked for.
/// Nothing is sent before the first chunk, so that a call refused at once has its proper status.
/// </summary>
internal sealed class GoogleStream(HttpContext http, bool asEvents)
{
    private bool _begun;

    public async Task WriteAsync(IAsyncEnumerable<VertexGenerateContentResponse> chunks)
    {
        try
        {
            await foreach (var chunk in chunks)
            {
                await WriteAsync(chunk);
            }
        }
        catch (GatewayException told) when (_begun)
        {
            // The status is long gone; Google's own libraries read a fault from the stream.
            await WriteAsync(told.ToGoogleShape());
        }

        if (!asEvents)
        {
            await SendAsync(_begun ? "]"u8.ToArray() : "[]"u8.ToArray());
        }
    }

    private async Task WriteAsync<T>(T value)
    {
        if (!_begun)
        {
            http.Response.ContentType = asEvents ? "text/event-stream" : "application/json; charset=UTF-8";
            http.Response.Headers.CacheControl = "no-store";
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(value, VertexJson.Options);
        await SendAsync(asEvents ? [.. "data: "u8, .. json, .. "\r\n\r\n"u8] : [.. _begun ? ",\r\n"u8 : "["u8, .. json]);
    }

    private async Task SendAsync(byte[] bytes)
    {
        _begun = true;
        await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }
}
