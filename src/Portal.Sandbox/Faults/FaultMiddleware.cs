using Microsoft.AspNetCore.Http.Features;
using Portal.Sandbox.Storage;
using Portal.Sandbox.Stripe;
using Portal.Sandbox.Vertex;
using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Faults;

/// <summary>Counts every call and plays the fault that is planned for it.</summary>
internal static class FaultMiddleware
{
    public static void UseFaults(this IApplicationBuilder app, FaultPlan plan) => app.Use(async (http, next) =>
    {
        var kind = CallKinds.Of(http);
        if (plan.Take(kind, http.Request.Method) is { } fault)
        {
            await PlayAsync(http, next, kind, fault);
        }
        else
        {
            await next(http);
        }
    });

    private static async Task PlayAsync(HttpContext http, RequestDelegate next, CallKind kind, FaultOptions fault)
    {
        if (fault.LatencyMilliseconds is { } latency)
        {
            await Task.Delay(latency, http.RequestAborted);
        }

        if (fault.HangMilliseconds is { } hang)
        {
            await Task.Delay(hang, http.RequestAborted);
            http.Abort();
        }
        else if (fault.Status is { } status)
        {
            await RefuseAsync(http, kind, status, fault.RetryAfterSeconds);
        }
        else if (fault.DropReply)
        {
            await DropReplyAsync(http, next);
        }
        else
        {
            if (fault.DripMilliseconds is { } pause)
            {
                var feature = http.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
                http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(new DrippingStream(feature.Stream, pause), feature));
            }

            await next(http);
        }
    }

    private static async Task DropReplyAsync(HttpContext http, RequestDelegate next)
    {
        var feature = http.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null, feature));
        await next(http);
        http.Abort();
    }

    private static async Task RefuseAsync(HttpContext http, CallKind kind, int status, int? retryAfter)
    {
        if (retryAfter is not null)
        {
            http.Response.Headers.RetryAfter = $"{retryAfter}";
        }

        if (kind == CallKind.Storage)
        {
            var reason = status == 429 ? "rateLimitExceeded" : "backendError";
            await StorageJson.Error(new StorageException(status, reason, Text(status))).ExecuteAsync(http);
            return;
        }

        if (kind == CallKind.Stripe)
        {
            await StripeApi.RefuseAsync(http, new StripeRefusal(status, "api_error", status is 429 ? "Too many requests." : Text(status), status is 429 ? "rate_limit" : null));
            return;
        }

        VertexErrorDetail[] details = retryAfter is { } seconds
            ? [new() { Type = VertexErrorDetail.RetryInfo, RetryDelay = TimeSpan.FromSeconds(seconds) }]
            : [];
        await VertexReply.WriteAsync(http, new Refusal(status, Name(status), Text(status), details));
    }

    private static string Name(int status) => status switch
    {
        400 => VertexErrorStatus.InvalidArgument,
        401 => VertexErrorStatus.Unauthenticated,
        403 => VertexErrorStatus.PermissionDenied,
        404 => VertexErrorStatus.NotFound,
        429 => VertexErrorStatus.ResourceExhausted,
        503 => VertexErrorStatus.Unavailable,
        504 => VertexErrorStatus.DeadlineExceeded,
        _ => VertexErrorStatus.Internal,
    };

    private static string Text(int status) => status switch
    {
        401 => "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.",
        403 => "The caller does not have permission",
        429 => "Resource exhausted. Please try again later.",
        503 => "The service is currently unavailable.",
        504 => "Deadline expired before operation could complete.",
        _ => "Internal error encountered.",
    };
}
