using System.Text.Json;
using Portal.Vertex.Contracts;

namespace Portal.Features.Deploy;

/// <summary>An answer or a refusal in Google's JSON.</summary>
internal static class GoogleJson
{
    public static Task WriteAsync<T>(HttpContext http, T value, int status = StatusCodes.Status200OK)
    {
        var response = http.Response;
        response.StatusCode = status;
        response.ContentType = "application/json; charset=UTF-8";
        response.Headers.CacheControl = "no-store";
        var json = JsonSerializer.SerializeToUtf8Bytes(value, VertexJson.Options);
        // Known, so that it is not sent in chunks.
        response.ContentLength = json.Length;
        return response.BodyWriter.WriteAsync(json, http.RequestAborted).AsTask();
    }

    public static Task RefuseAsync(HttpContext http, GatewayException told) => WriteAsync(http, told.ToGoogleShape(), told.Code);
}
