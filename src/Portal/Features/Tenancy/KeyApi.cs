using System.Data.Common;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Portal.Storage;

namespace Portal.Features.Tenancy;

/// <summary>
/// The edge of what programs call by a key. No cookie means nothing here, so a browser cannot be made to call it on somebody's behalf; and
/// whatever happens inside, a caller reads problem details (RFC 9457).
/// </summary>
internal static class KeyApi
{
    public const string Root = "/api/v1";

    private static readonly TimeSpan s_awhile = TimeSpan.FromSeconds(5);

    public static RouteGroupBuilder MapForKeys(this IEndpointRouteBuilder app) =>
        app.MapGroup(Root).AllowAnonymous().DisableAntiforgery().AddEndpointFilter(AnswerAsync);

    /// <summary>A key needs one of these.</summary>
    public static T RequireVerb<T>(this T endpoint, params KeyVerb[] verbs)
        where T : IEndpointConventionBuilder => endpoint.WithMetadata(new NeededVerbs(verbs));

    public static async ValueTask<object?> AnswerAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        // Held here, because a call that must not be broken off lets go of it.
        var aborted = http.RequestAborted;
        try
        {
            await EnterAsync(http);
            return await next(context);
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException && aborted.IsCancellationRequested)
        {
            return Results.Empty;
        }
        catch (Exception fault) when (!http.Response.HasStarted)
        {
            var told = Told(http, fault);
            if (told.Status is StatusCodes.Status500InternalServerError or StatusCodes.Status503ServiceUnavailable)
            {
                http.RequestServices.GetRequiredService<ILogger<KeyGate>>().LogError(fault, "A call by a key failed, reference {Reference}", http.TraceIdentifier);
            }

            return ProblemOf(http, told);
        }
    }

    private static async Task EnterAsync(HttpContext http)
    {
        var services = http.RequestServices;
        var gate = services.GetRequiredService<KeyGate>();
        var holder = await gate.EnterAsync(KeyHeader.Of(http.Request), http.Connection.RemoteIpAddress, http.RequestAborted);
        if (services.GetRequiredService<KeyPace>().Take(holder) is { } wait)
        {
            throw new CallRefusedException(StatusCodes.Status429TooManyRequests, "tooFast", "This API key calls faster than its limit. Wait, then go on more slowly.") { RetryAfter = wait };
        }

        var needed = http.GetEndpoint()?.Metadata.GetMetadata<NeededVerbs>()?.Verbs ?? throw new InvalidOperationException("What is called by a key says which verbs it needs.");
        if (!needed.Any(holder.May))
        {
            throw KeyRefusedException.Verb(needed[0]);
        }

        gate.ActAsMember(holder);
    }

    private static CallRefusedException Told(HttpContext http, Exception fault) => fault switch
    {
        CallRefusedException told => told,
        KeyRefusedException { IsUnauthenticated: true } refused => new(StatusCodes.Status401Unauthorized, "unauthenticated", refused.Message),
        KeyRefusedException refused => new(StatusCodes.Status403Forbidden, "forbidden", refused.Message),
        ForbiddenException forbidden => new(StatusCodes.Status403Forbidden, "forbidden", $"This API key may not {forbidden.Permission.Words()}. Use a key that was issued for it."),
        NotFoundException missing => new(StatusCodes.Status404NotFound, "notFound", missing.Message),
        StorageFullException full => new(StatusCodes.Status507InsufficientStorage, "storageFull", full.Message),
        PortalException expected => new(StatusCodes.Status422UnprocessableEntity, "refused", expected.Message),
        BadHttpRequestException broken => new(broken.StatusCode, "badRequest", "The request could not be read. Send it again as the reference says."),
        DbUpdateConcurrencyException => new(StatusCodes.Status409Conflict, "conflict", "Somebody else changed the same thing at this moment, so nothing was done. Try again.") { RetryAfter = TimeSpan.FromSeconds(1) },
        // A database that is away must never look like a wrong key.
        DbException or DbUpdateException or RetryLimitExceededException =>
            new(StatusCodes.Status503ServiceUnavailable, "unavailable", "The portal cannot reach its database at the moment. Nothing was done. Try again in a moment.") { RetryAfter = s_awhile },
        _ => new(StatusCodes.Status500InternalServerError, "internal", $"Something broke on our side. Reference {http.TraceIdentifier}."),
    };

    private static IResult ProblemOf(HttpContext http, CallRefusedException told)
    {
        if (told.RetryAfter is { } wait)
        {
            http.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        if (told.Status is StatusCodes.Status401Unauthorized)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
        }

        return Results.Problem(told.Message, statusCode: told.Status, extensions: new Dictionary<string, object?>(told.More) { ["code"] = told.Code });
    }
}

internal sealed record NeededVerbs(IReadOnlyList<KeyVerb> Verbs);
