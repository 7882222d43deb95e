using Portal.Features.Tenancy;
using Portal.Vertex.Contracts;

namespace Portal.Features.Deploy;

/// <summary>
/// Gemini's own surface for callers with a key: they change a base address and a key, and nothing else.
/// No cookie means nothing here, so a browser cannot be made to call it on somebody's behalf.
/// </summary>
public static class GatewayApi
{
    private const string GenerateContent = "generateContent";
    private const string StreamGenerateContent = "streamGenerateContent";
    private const string CountTokens = "countTokens";

    public static void MapGemini(this IEndpointRouteBuilder app)
    {
        foreach (var version in new[] { "/v1", "/v1beta" })
        {
            var group = app.MapGroup(version).ForKeysAlone().AddEndpointFilter(GatewayEdge.AnswerInGoogleShapeAsync);
            group.MapPost("/models/{target}", (string target, HttpContext http, GatewayCall call, ServingService serving) => PostAsync(target, http, call, serving));
            group.MapGet("/models", (HttpContext http, GatewayCall call) => ListAsync(http, call));
            group.MapGet("/models/{name}", (string name, HttpContext http, GatewayCall call) => GetAsync(name, http, call));
            group.Map("/{**path}", IResult (HttpContext http) => throw NoMethod(http));
        }
    }

    /// <summary>Where callers may put the key; both dialects know it in the address as well.</summary>
    internal static string? KeyOf(HttpRequest request) => KeyHeader.Of(request, request.Query["key"] is [{ } only] ? only : null);

    private static async Task<IResult> PostAsync(string target, HttpContext http, GatewayCall call, ServingService serving)
    {
        var colon = target.LastIndexOf(':');
        var (name, method) = colon < 0 ? (target, "") : (target[..colon], target[(colon + 1)..]);
        await call.EnterAsync(http);
        var served = await call.FindAsync(name, method is CountTokens ? KeyVerb.CountTokens : KeyVerb.Generate, http.RequestAborted);
        try
        {
            var body = await GatewayBody.ReadAsync(http.Request, call.MaxBodyBytes, http.RequestAborted);
            switch (method)
            {
                case GenerateContent:
                    return new GoogleJson<VertexGenerateContentResponse>((await serving.AnswerAsync(served, call.Caller, Generate(body))).Response);
                case StreamGenerateContent:
                    await new GoogleStream(http, http.Request.Query["alt"] == "sse").WriteAsync(serving.StreamAsync(served, call.Caller, Generate(body), http.RequestAborted));
                    return Results.Empty;
                case CountTokens:
                    var count = GatewayBody.Parse<VertexCountTokensRequest>(body);
                    var counted = new VertexGenerateContentRequest { Contents = count.Contents, SystemInstruction = count.SystemInstruction, Tools = count.Tools };
                    GatewayRequest.Require(counted);
                    return new GoogleJson<VertexCountTokensResponse>(new VertexCountTokensResponse
                    {
                        TotalTokens = await serving.CountAsync(served, counted, http.RequestAborted),
                    });
                default:
                    throw NoMethod(http);
            }
        }
        catch (GatewayException refusal) when (refusal.IsRefusal)
        {
            await serving.RecordRefusalAsync(served, call.Caller, refusal, method is StreamGenerateContent);
            throw;
        }
    }

    private static async Task<IResult> GetAsync(string name, HttpContext http, GatewayCall call)
    {
        await call.EnterAsync(http);
        return Results.Json(ModelOf(await call.FindAsync(name, KeyVerb.ListModels, http.RequestAborted)));
    }

    /// <summary>What the key opens and is deployed at present.</summary>
    private static async Task<IResult> ListAsync(HttpContext http, GatewayCall call)
    {
        await call.EnterAsync(http);
        return Results.Json(new { models = (await call.ListAsync(http.RequestAborted)).Select(ModelOf) });
    }

    private static object ModelOf(Offered served) => new
    {
        name = $"models/{served.Endpoint.Name}",
        version = served.ModelVersion,
        displayName = served.Endpoint.Name,
        supportedGenerationMethods = new[] { GenerateContent, StreamGenerateContent, CountTokens },
    };

    private static VertexGenerateContentRequest Generate(ReadOnlyMemory<byte> body)
    {
        var request = GatewayBody.Parse<VertexGenerateContentRequest>(body);
        GatewayRequest.Require(request);
        return request;
    }

    private static GatewayException NoMethod(HttpContext http) => new(404, VertexErrorStatus.NotFound,
        $"There is no {http.Request.Method} at this address. Post to /v1/models/NAME:{GenerateContent}, :{StreamGenerateContent} or :{CountTokens}.");
}
