using Portal.Vertex.Contracts;

namespace Portal.Features.Deploy;

/// <summary>The same endpoints for code that speaks OpenAI's chat completions.</summary>
public static class OpenAiApi
{
    public static void MapOpenAi(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/openai/v1").AllowAnonymous().DisableAntiforgery().AddEndpointFilter(AnswerInOpenAiShapeAsync);
        group.MapPost("/chat/completions", (HttpContext http, GatewayCall call, ServingService serving, TimeProvider time) => CompleteAsync(http, call, serving, time));
        group.Map("/{**path}", IResult (HttpContext http) =>
            throw new GatewayException(404, VertexErrorStatus.NotFound, $"There is no {http.Request.Method} at this address. Post to /openai/v1/chat/completions."));
    }

    private static async Task<IResult> CompleteAsync(HttpContext http, GatewayCall call, ServingService serving, TimeProvider time)
    {
        await call.EnterAsync(GatewayApi.KeyOf(http.Request), http.RequestAborted);
        var body = await GatewayBody.ReadAsync(http.Request, call.MaxBodyBytes, http.RequestAborted);
        var asked = GatewayBody.Parse<OpenAiRequest>(body, OpenAiShape.Options);
        var served = await call.FindAsync(asked.Model ?? throw GatewayException.Invalid("model", "model is missing: name the endpoint."), http.RequestAborted);
        try
        {
            var request = OpenAiShape.ToGemini(asked);
            GatewayRequest.Require(request);
            var answered = await serving.AnswerAsync(served, call.Caller, request);
            return Results.Json(OpenAiShape.FromGemini(answered.Response, answered.Usage, time.GetUtcNow()), OpenAiShape.Options);
        }
        catch (GatewayException refusal) when (refusal.IsRefusal)
        {
            await serving.RecordRefusalAsync(served, call.Caller, refusal, streamed: false);
            throw;
        }
    }

    private static ValueTask<object?> AnswerInOpenAiShapeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        GatewayEdge.AnswerAsync(context, next, told =>
        {
            if (told.RetryAfterHeader is { } wait)
            {
                context.HttpContext.Response.Headers.RetryAfter = wait;
            }

            return Results.Json(OpenAiShape.ErrorOf(told), OpenAiShape.Options, statusCode: told.Code);
        });
}
