using Portal.Features.Tenancy;
using Portal.Vertex.Contracts;

namespace Portal.Features.Deploy;

/// <summary>The same endpoints for code that speaks OpenAI's chat completions.</summary>
public static class OpenAiApi
{
    public static void MapOpenAi(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/openai/v1").ForKeysAlone();
        group.MapCalls("/chat/completions", HttpMethods.Post, RefuseAsync, CompleteAsync);
        group.MapCalls("/models", HttpMethods.Get, RefuseAsync, ListAsync);
        group.MapCalls("/models/{name}", HttpMethods.Get, RefuseAsync, GetAsync);
        group.Map("/{**path}", http => GatewayEdge.AnswerAsync(http, _ => throw NoMethod(http), RefuseAsync));
    }

    internal static Task RefuseAsync(HttpContext http, GatewayException told) => WriteAsync(http, OpenAiShape.ErrorOf(told), told.Code);

    private static async Task CompleteAsync(HttpContext http)
    {
        var (call, serving, time) = (http.RequestServices.GetRequiredService<GatewayCall>(), http.RequestServices.GetRequiredService<ServingService>(), http.RequestServices.GetRequiredService<TimeProvider>());
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
                return;
            }

            var answered = await serving.AnswerAsync(served, call.Caller, request);
            await WriteAsync(http, OpenAiShape.FromGemini(answered.Response, answered.Usage, time.GetUtcNow()));
        }
        catch (GatewayException refusal) when (refusal.IsRefusal)
        {
            await serving.RecordRefusalAsync(served, call.Caller, refusal, asked.Stream is true);
            throw;
        }
    }

    /// <summary>What the key opens and is deployed at present.</summary>
    private static async Task ListAsync(HttpContext http)
    {
        var call = http.RequestServices.GetRequiredService<GatewayCall>();
        await call.EnterAsync(http);
        await WriteAsync(http, new { Object = "list", Data = (await call.ListAsync(http.RequestAborted)).Select(OpenAiShape.ModelOf).ToList() });
    }

    private static async Task GetAsync(HttpContext http)
    {
        var call = http.RequestServices.GetRequiredService<GatewayCall>();
        await call.EnterAsync(http);
        await WriteAsync(http, OpenAiShape.ModelOf(await call.FindAsync(GatewayApi.Named(http, "name"), KeyVerb.ListModels, http.RequestAborted)));
    }

    private static Task WriteAsync(HttpContext http, object value, int status = StatusCodes.Status200OK) => Results.Json(value, OpenAiShape.Options, statusCode: status).ExecuteAsync(http);

    private static GatewayException NoMethod(HttpContext http) =>
        new(404, VertexErrorStatus.NotFound, $"There is no {http.Request.Method} at this address. Post to /openai/v1/chat/completions, or get /openai/v1/models.");
}
