using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Portal.Vertex.Contracts;

namespace Portal.Features.Deploy;

/// <summary>The edge of the gateway: whatever happens inside, a caller reads it in the shape of the dialect that they speak.</summary>
internal static class GatewayEdge
{
    private static readonly object s_byKeyAlone = new ByKeyAlone();

    /// <summary>Whoever calls these shows a key: sessions, their rights and their circuits mean nothing here, and are not looked for.</summary>
    public static RouteGroupBuilder ForKeysAlone(this RouteGroupBuilder group) => group.AllowAnonymous().DisableAntiforgery().WithMetadata(s_byKeyAlone);

    /// <summary>Before what reads the session, and behind what guards every address.</summary>
    public static void UseGateway(this WebApplication app) => app.Use(next => http =>
        http.GetEndpoint() is { RequestDelegate: { } answer } endpoint && endpoint.Metadata.GetMetadata<ByKeyAlone>() is not null ? answer(http) : next(http));

    public static ValueTask<object?> AnswerInGoogleShapeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        AnswerAsync(context, next, told => new GoogleJson<VertexErrorResponse>(told.ToGoogleShape(), told));

    public static async ValueTask<object?> AnswerAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next, Func<GatewayException, IResult> shape)
    {
        using var telling = GatewayTelemetry.Begin(context.HttpContext);
        return await telling.OfAsync(ShapedAsync(context, next, told =>
        {
            telling.Refused(told);
            return shape(told);
        }));
    }

    private static async ValueTask<object?> ShapedAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next, Func<GatewayException, IResult> shape)
    {
        try
        {
            return await next(context);
        }
        catch (GatewayException told)
        {
            return shape(told);
        }
        catch (OperationCanceledException) when (context.HttpContext.RequestAborted.IsCancellationRequested)
        {
            return Results.Empty;
        }
        catch (IOException) when (context.HttpContext.RequestAborted.IsCancellationRequested)
        {
            return Results.Empty;
        }
        catch (Exception fault) when (fault is DbException or DbUpdateException or RetryLimitExceededException)
        {
            // A database that is away must never look like a wrong key.
            Log(context, fault);
            return shape(GatewayException.NoDatabase(fault));
        }
        catch (Exception bug) when (!context.HttpContext.Response.HasStarted)
        {
            Log(context, bug);
            return shape(new GatewayException(500, VertexErrorStatus.Internal, $"Something broke on our side. Reference {context.HttpContext.TraceIdentifier}.", bug));
        }
    }

    private static void Log(EndpointFilterInvocationContext context, Exception fault) =>
        context.HttpContext.RequestServices.GetRequiredService<ILogger<GatewayCall>>()
            .LogError(fault, "A call to the gateway failed, reference {Reference}", context.HttpContext.TraceIdentifier);

    private sealed class ByKeyAlone;
}
