using System.Net;
using Portal.Sandbox.Faults;
using Portal.Sandbox.Storage;
using Portal.Sandbox.Vertex;
using Portal.Vertex.Contracts;

namespace Portal.Sandbox;

/// <summary>
/// Whoever calls from this machine may come with nothing, as Google's storage library does; from elsewhere some credential is
/// asked for. Its content is not judged: the sandbox holds practice data and knows no users. Stripe asks everybody for a key, itself.
/// </summary>
internal static class CallerCheck
{
    public static void UseCallerCheck(this IApplicationBuilder app) => app.Use(async (http, next) =>
    {
        var kind = CallKinds.Of(http);
        if (kind is CallKind.Identity or CallKind.Stripe || http.Request.Path == "/" || IsAllowed(http))
        {
            await next(http);
            return;
        }

        const string Message = "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential.";
        http.Response.Headers.WWWAuthenticate = "Bearer realm=\"https://accounts.google.com/\"";
        if (kind == CallKind.Storage)
        {
            await StorageJson.Error(new StorageException(StatusCodes.Status401Unauthorized, "required", Message)).ExecuteAsync(http);
        }
        else
        {
            await VertexReply.WriteAsync(http, new Refusal(StatusCodes.Status401Unauthorized, VertexErrorStatus.Unauthenticated, Message));
        }
    });

    private static bool IsAllowed(HttpContext http)
    {
        var request = http.Request;
        if (HttpMethods.IsOptions(request.Method) || request.Query.ContainsKey("upload_id"))
        {
            return true; // A preflight carries no credential, and the address of an upload session is one.
        }

        var authorization = request.Headers.Authorization.ToString();
        if (authorization.Length > 0)
        {
            return authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) && authorization.Length > "Bearer ".Length;
        }

        return !string.IsNullOrEmpty(request.Headers["x-goog-api-key"]) || !string.IsNullOrEmpty(request.Query["key"])
            || (http.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address));
    }
}
