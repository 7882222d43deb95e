using System.Text.Json;
using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Vertex;

/// <summary>Replies as Google writes them.</summary>
internal static class VertexReply
{
    private const string ContentType = "application/json; charset=UTF-8";

    public static IResult Ok<T>(T body) => Results.Bytes(JsonSerializer.SerializeToUtf8Bytes(body, VertexJson.Options), ContentType);

    public static IResult Empty() => Results.Text("{}", ContentType);

    public static Task WriteAsync(HttpContext http, Refusal refusal) => WriteAsync(http, refusal.HttpStatus, refusal.Body);

    public static async Task WriteAsync(HttpContext http, int status, VertexErrorResponse body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = ContentType;
        await http.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(body, VertexJson.Options), http.RequestAborted);
    }
}
