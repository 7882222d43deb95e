using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Portal.Vertex.Contracts;

namespace Portal.Features.Deploy;

/// <summary>Tells a caller of a refusal, in the shape of the dialect that they speak.</summary>
public delegate Task GatewayRefusal(HttpContext http, GatewayException told);

/// <summary>The edge of the gateway: whatever happens inside, a caller reads it in the shape of the dialect that they speak.</summary>
internal static class GatewayEdge
{
    private static readonly object s_byKeyAlone = new ByKeyAlone();

    /// <summary>Whoever calls these shows a key: sessions, their rights and their circuits mean nothing here, and are not looked for.</summary>
    public static RouteGroupBuilder ForKeysAlone(this RouteGroupBuilder group) => group.AllowAnonymous().DisableAntiforgery().WithMetadata(s_byKeyAlone);

    /// <summary>Before what reads the session or draws a page of what broke, and behind what guards every address.</summary>
    public static void UseGateway(this WebApplication app) => app.Use(next => http =>
        http.GetEndpoint() is { RequestDelegate: { } answer } endpoint && endpoint.Metadata.GetMetadata<ByKeyAlone>() is not null ? answer(http) : next(http));

    /// <summary>An address of the gateway, without the binding and the filters of an API's addresses: they took as long as the recipe.</summary>
    public static void MapCalls(this RouteGroupBuilder group, string pattern, string method, GatewayRefusal refuse, RequestDelegate answer) =>
        // The method is what the reference knows an address by.
        group.MapMethods(pattern, [method], http => AnswerAsync(http, answer, refuse)).WithMetadata(answer.Method);

    /// <summary>The same for addresses with filters.</summary>
    public static async ValueTask<object?> FilterAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next, GatewayRefusal refuse)
    {
        object? result = Results.Empty;
        await AnswerAsync(context.HttpContext, async _ => result = await next(context), refuse);
        return result;
    }

    public static async Task AnswerAsync(HttpContext http, RequestDelegate answer, GatewayRefusal refuse)
    {
        var telling = GatewayTelemetry.Begin();
        try
        {
            if (await RefusalOfAsync(http, answer) is { } told)
            {
                telling.Refused(told);
                if (told.RetryAfterHeader is { } wait)
                {
                    http.Response.Headers.RetryAfter = wait;
                }

                await refuse(http, told);
            }
        }
        finally
        {
            telling.End(http);
        }
    }

    /// <summary>Null where it was answered, or nobody is left to be told.</summary>
    private static async ValueTask<GatewayException?> RefusalOfAsync(HttpContext http, RequestDelegate answer)
    {
        try
        {
            await answer(http);
            return null;
        }
        catch (GatewayException told)
        {
            return told;
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException && http.RequestAborted.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception fault) when (fault is DbException or DbUpdateException or RetryLimitExceededException)
        {
            // A database that is away must never look like a wrong key.
            Log(http, fault);
            return GatewayException.NoDatabase(fault);
        }
        catch (Exception bug) when (!http.Response.HasStarted)
        {
            Log(http, bug);
            return new GatewayException(500, VertexErrorStatus.Internal, $"Something broke on our side. Reference {http.TraceIdentifier}.", bug);
        }
    }

    private static void Log(HttpContext http, Exception fault) =>
        http.RequestServices.GetRequiredService<ILogger<GatewayCall>>().LogError(fault, "A call to the gateway failed, reference {Reference}", http.TraceIdentifier);

    private sealed class ByKeyAlone;
}
