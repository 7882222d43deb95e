using System.Text.Json;
using Portal.Vertex.Contracts;

namespace Portal.Features.Deploy;

/// <summary>An answer or a refusal in Google's JSON.</summary>
internal sealed class GoogleJson<T>(T value, GatewayException? fault = null) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = fault?.Code ?? StatusCodes.Status200OK;
        response.ContentType = "application/json; charset=UTF-8";
        response.Headers.CacheControl = "no-store";
        if (fault?.RetryAfterHeader is { } wait)
        {
            response.Headers.RetryAfter = wait;
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(value, VertexJson.Options);
        // Known, so that it is not sent in chunks.
        response.ContentLength = json.Length;
        await response.Body.WriteAsync(json, httpContext.RequestAborted);
    }
}
