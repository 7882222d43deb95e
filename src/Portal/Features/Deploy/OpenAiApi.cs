using Portal.Features.Tenancy;
using Portal.Vertex.Contracts;

namespace Portal.Features.Deploy;

/// <summary>The same endpoints for code that speaks OpenAI's chat completions.</summary>
public static class OpenAiApi
{
    public static void MapOpenAi(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/openai/v1").ForKeysAlone().AddEndpointFilter(AnswerInOpenAiShapeAsync);
        group.MapPost("/chat/completions", (HttpContext http, GatewayCall call, ServingService serving, TimeProvider time) => CompleteAsync(http, call, serving, time));
        group.MapGet("/models", (HttpContext http, GatewayCall call) => ListAsync(http, call));
        group.MapGet("/models/{name}", (string name, HttpContext http, GatewayCall call) => GetAsync(name, http, call));
        group.Map("/{**path}", IResult (HttpContext http) =>
            throw new GatewayException(404, VertexErrorStatus.NotFound, $"There is no {http.Request.Method} at this address. Post to /openai/v1/chat/completions, or get /openai/v1/models."));
    }

    private static async Task<IResult> CompleteAsync(HttpContext http, GatewayCall call, ServingService serving, TimeProvider time)
    {
        await call.EnterAsync(http);
        var body = await GatewayBody.ReadAsync(http.Request, call.MaxBodyBytes, http.RequestAborted);
        var asked = GatewayBody.Parse<OpenAiRequest>(body, OpenAiShape.Options);
        call.Session ??= asked.Asker;
        var served = await call.FindAsync(asked.Model ?? throw GatewayException.Invalid("model", "model is missing: name the endpoint."), KeyVerb.Generate, http.RequestAborted);
        try
        {
            var request = OpenAiShape.ToGemini(asked);
            GatewayRequest.Require(request);
            if (asked.Stream is true)
            {
                await new OpenAiStream(http, asked.StreamOptions?.IncludeUsage is true, time.GetUtcNow()).WriteAsync(serving.StreamAsync(served, call.Caller, request, http.RequestAborted));
                return Results.Empty;
            }

            var answered = await serving.AnswerAsync(served, call.Caller, request);
            return Results.Json(OpenAiShape.FromGemini(answered.Response, answered.Usage, time.GetUtcNow()), OpenAiShape.Options);
        }
        catch (GatewayException refusal) when (refusal.IsRefusal)
        {
            await serving.RecordRefusalAsync(served, call.Caller, refusal, asked.Stream is true);
            throw;
        }
    }

    /// <summary>What the key opens and is deployed at present.</summary>
    private static async Task<IResult> ListAsync(HttpContext http, GatewayCall call)
    {
        await call.EnterAsync(http);
        return Results.Json(new { Object = "list", Data = (await call.ListAsync(http.RequestAborted)).Select(OpenAiShape.ModelOf).ToList() }, OpenAiShape.Options);
    }

    private static async Task<IResult> GetAsync(string name, HttpContext http, GatewayCall call)
    {
        await call.EnterAsync(http);
        return Results.Json(OpenAiShape.ModelOf(await call.FindAsync(name, KeyVerb.ListModels, http.RequestAborted)), OpenAiShape.Options);
    }

    internal static ValueTask<object?> AnswerInOpenAiShapeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        GatewayEdge.AnswerAsync(context, next, told =>
        {
            if (told.RetryAfterHeader is { } wait)
            {
                context.HttpContext.Response.Headers.RetryAfter = wait;
            }

            return Results.Json(OpenAiShape.ErrorOf(told), OpenAiShape.Options, statusCode: told.Code);
        });
}
