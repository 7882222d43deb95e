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
            var group = app.MapGroup(version).ForKeysAlone();
            group.MapCalls("/models/{target}", HttpMethods.Post, GoogleJson.RefuseAsync, PostAsync);
            group.MapCalls("/models", HttpMethods.Get, GoogleJson.RefuseAsync, ListAsync);
            group.MapCalls("/models/{name}", HttpMethods.Get, GoogleJson.RefuseAsync, GetAsync);
            group.Map("/{**path}", http => GatewayEdge.AnswerAsync(http, _ => throw NoMethod(http), GoogleJson.RefuseAsync));
        }
    }

    /// <summary>Where callers may put the key; both dialects know it in the address as well.</summary>
    internal static string? KeyOf(HttpRequest request) => KeyHeader.Of(request, request.Query["key"] is [{ } only] ? only : null);

    private static async Task PostAsync(HttpContext http)
    {
        var (call, serving) = (http.RequestServices.GetRequiredService<GatewayCall>(), http.RequestServices.GetRequiredService<ServingService>());
        var target = Named(http, "target");
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
                    await GoogleJson.WriteAsync(http, (await serving.AnswerAsync(served, call.Caller, Generate(body))).Response);
                    break;
                case StreamGenerateContent:
                    await new GoogleStream(http, http.Request.Query["alt"] == "sse").WriteAsync(serving.StreamAsync(served, call.Caller, Generate(body), http.RequestAborted));
                    break;
                case CountTokens:
                    var count = GatewayBody.Parse<VertexCountTokensRequest>(body);
                    var counted = new VertexGenerateContentRequest { Contents = count.Contents, SystemInstruction = count.SystemInstruction, Tools = count.Tools };
                    GatewayRequest.Require(counted);
                    await GoogleJson.WriteAsync(http, new VertexCountTokensResponse { TotalTokens = await serving.CountAsync(served, counted, http.RequestAborted) });
                    break;
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

    private static async Task GetAsync(HttpContext http)
    {
        var call = http.RequestServices.GetRequiredService<GatewayCall>();
        await call.EnterAsync(http);
        await Results.Json(ModelOf(await call.FindAsync(Named(http, "name"), KeyVerb.ListModels, http.RequestAborted))).ExecuteAsync(http);
    }

    /// <summary>What the key opens and is deployed at present.</summary>
    private static async Task ListAsync(HttpContext http)
    {
        var call = http.RequestServices.GetRequiredService<GatewayCall>();
        await call.EnterAsync(http);
        await Results.Json(new { models = (await call.ListAsync(http.RequestAborted)).Select(ModelOf) }).ExecuteAsync(http);
    }

    /// <summary>What stands in the address.</summary>
    internal static string Named(HttpContext http, string part) => (string?)http.Request.RouteValues[part] ?? "";

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
