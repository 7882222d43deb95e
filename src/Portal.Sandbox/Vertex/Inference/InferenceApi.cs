using System.Text;
using System.Text.Json;
using Portal.Sandbox.Learner;
using Portal.Sandbox.Storage;
using Portal.Sandbox.Vertex.Tuning;
using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Vertex.Inference;

/// <summary>generateContent, streamGenerateContent, countTokens and computeTokens, of base models and of endpoints.</summary>
internal sealed class InferenceApi(InferenceTargets targets, StorageState storage, TimeProvider time)
{
    private readonly InferenceTargets _targets = targets;

    public static void Map(IEndpointRouteBuilder version)
    {
        const string Scope = "/projects/{project}/locations/{location}";
        MapTarget(version, Scope + "/publishers/google/models/{id}", (api, http, id) => api.Published(http, id));
        MapTarget(version, Scope + "/endpoints/{id}", (api, http, id) => api.Endpoint(http, id));
        MapTarget(version, "/publishers/google/models/{id}", (api, _, id) => api._targets.Published(new("-", "global"), id));
        MapTarget(version, "/models/{id}", (api, _, id) => api._targets.Published(new("-", "global"), id));
        MapTarget(version, "/endpoints/{id}", (api, _, id) => api._targets.ExpressEndpoint(id));
    }

    private static void MapTarget(IEndpointRouteBuilder version, string path, Func<InferenceApi, HttpContext, string, InferenceTarget> find)
    {
        version.MapPost(path + ":generateContent", (HttpContext http, string id, InferenceApi api) => api.GenerateAsync(http, find(api, http, id)));
        version.MapPost(path + ":streamGenerateContent", (HttpContext http, string id, InferenceApi api) => api.StreamAsync(http, find(api, http, id)));
        version.MapPost(path + ":countTokens", (HttpContext http, string id, InferenceApi api) => CountAsync(http, find(api, http, id)));
        version.MapPost(path + ":computeTokens", (HttpContext http, string id, InferenceApi api) => ComputeAsync(http, find(api, http, id)));
    }

    private static ResourceScope Scope(HttpContext http) =>
        ResourceScope.Of((string)http.Request.RouteValues["project"]!, (string)http.Request.RouteValues["location"]!); // Both are in the route.

    private InferenceTarget Published(HttpContext http, string id) => _targets.Published(Scope(http), id);

    private InferenceTarget Endpoint(HttpContext http, string id) => _targets.Endpoint(Scope(http), id);

    private async Task<IResult> GenerateAsync(HttpContext http, InferenceTarget target)
    {
        var generation = Generation.Of(target, Fetched(await VertexBody.ReadAsync<VertexGenerateContentRequest>(http)));
        return VertexReply.Ok(Response(target, generation, NewResponseId(), generation.Text, isLast: true));
    }

    private async Task StreamAsync(HttpContext http, InferenceTarget target)
    {
        var generation = Generation.Of(target, Fetched(await VertexBody.ReadAsync<VertexGenerateContentRequest>(http)));
        var isSse = http.Request.Query["alt"] == "sse";
        http.Response.ContentType = isSse ? "text/event-stream" : "application/json; charset=UTF-8";
        var chunks = StreamChunks.Of(generation.Text);
        var responseId = NewResponseId();
        for (var index = 0; index < chunks.Count; index++)
        {
            var json = JsonSerializer.Serialize(Response(target, generation, responseId, chunks[index], index == chunks.Count - 1), VertexJson.Options);
            var text = isSse ? $"data: {json}\r\n\r\n" : $"{(index == 0 ? "[" : ",\r\n")}{json}{(index == chunks.Count - 1 ? "]" : "")}";
            await http.Response.WriteAsync(text, Encoding.UTF8, http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
        }
    }

    /// <summary>Files at an address are fetched before anything is answered; other addresses than the sandbox's own buckets are left as words.</summary>
    private VertexGenerateContentRequest Fetched(VertexGenerateContentRequest request) =>
        request with { Contents = [.. request.Contents.Select(content => content with { Parts = [.. content.Parts.Select(Fetched)] })] };

    private VertexPart Fetched(VertexPart part)
    {
        if (part.FileData is not { FileUri: var uri, MimeType: var type } || !GcsUri.TryParse(uri, out var bucket, out var name))
        {
            return part;
        }

        if (!storage.HasBucket(bucket) || !storage.TryOpen(bucket, name, out _, out var content))
        {
            throw Refusal.Invalid($"Cannot fetch content from the provided URL. Please ensure the URL is valid and accessible by Vertex AI: {uri}");
        }

        using (content)
        {
            if (content.Length > MediaObjects.LargestFile)
            {
                throw Refusal.Invalid($"The file {uri} is larger than {MediaObjects.LargestFile >> 20} MB.");
            }

            var bytes = new byte[content.Length];
            content.ReadExactly(bytes);
            return part with { FileData = null, InlineData = new VertexBlob { MimeType = type, Data = Convert.ToBase64String(bytes) } };
        }
    }

    private VertexGenerateContentResponse Response(InferenceTarget target, Generation generation, string responseId, string text, bool isLast) => new()
    {
        Candidates =
        [
            .. Enumerable.Range(0, generation.Candidates).Select(index => new VertexCandidate
            {
                Index = index,
                Content = generation.Call is { } call
                    ? new() { Role = VertexContent.ModelRole, Parts = [new() { FunctionCall = call }] }
                    : VertexContent.Model(text),
                FinishReason = isLast ? generation.FinishReason : "",
                AvgLogprobs = isLast ? generation.AverageLogProbability : null,
            }),
        ],
        UsageMetadata = isLast ? generation.Usage : new() { TrafficType = generation.Usage.TrafficType },
        ModelVersion = target.Model.Id,
        CreateTime = time.GetUtcNow().UtcDateTime,
        ResponseId = responseId,
    };

    private static string NewResponseId() => Convert.ToBase64String(Guid.NewGuid().ToByteArray()).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static async Task<IResult> CountAsync(HttpContext http, InferenceTarget _)
    {
        var request = await VertexBody.ReadAsync<VertexCountTokensRequest>(http);
        GenerateRules.Contents(request.Contents, request.SystemInstruction);
        VertexContent[] all = request.SystemInstruction is null ? [.. request.Contents] : [request.SystemInstruction, .. request.Contents];
        var (text, media) = PromptText.Count(all, request.Tools);
        return VertexReply.Ok(new VertexCountTokensResponse
        {
            TotalTokens = text + media,
            TotalBillableCharacters = all.SelectMany(content => content.Parts).Sum(part => part.Text?.Count(letter => !char.IsWhiteSpace(letter)) ?? 0),
            PromptTokensDetails = PromptText.Details(text, media),
        });
    }

    private static async Task<IResult> ComputeAsync(HttpContext http, InferenceTarget _)
    {
        var request = await VertexBody.ReadAsync<VertexCountTokensRequest>(http);
        GenerateRules.Contents(request.Contents, system: null);
        return VertexReply.Ok(new ComputeTokensResponse([.. request.Contents.Select(ComputedTokens.Of)]));
    }
}
