using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace Portal.Hosting;

/// <summary>
/// The document of the gateway, in both dialects. Its bodies are the vendors' own, so they are shown by example and not described anew;
/// one address of Gemini's holds three methods, which are told apart here.
/// </summary>
internal static class GatewayReference
{
    public const string Introduction = """
        Your deployments, in Gemini's shape under `/v1` (and `/v1beta`) and in OpenAI's under `/openai/v1`: code that speaks either changes its base
        address and its key, and nothing else. The model is the name of an endpoint. Errors come in the shape of the dialect; 429 and 503 say when to
        try again (`Retry-After`). Calls that name their session in `X-Session-Id` (or in `safety_identifier` or `user`, in OpenAI's shape) are answered by
        the same deployment while a new one is tried on a share of the calls.
        """;

    private const string Models = "/v1/models", Model = "/v1/models/{name}", Post = "/v1/models/{target}", Chat = "/openai/v1/chat/completions";

    private const string Contents = """{"contents":[{"role":"user","parts":[{"text":"Where is my card?"}]}]}""";

    private const string Generated = """
        {"candidates":[{"content":{"role":"model","parts":[{"text":"card_arrival"}]},"finishReason":"STOP","index":0}],
        "usageMetadata":{"promptTokenCount":21,"candidatesTokenCount":5,"totalTokenCount":26},"modelVersion":"support-intents@3","responseId":"ans_01"}
        """;

    private const string Completed = """
        {"id":"ans_01","object":"chat.completion","created":1796000000,"model":"support-intents@3",
        "choices":[{"index":0,"message":{"role":"assistant","content":"card_arrival"},"finish_reason":"stop"}],"usage":{"prompt_tokens":21,"completion_tokens":5,"total_tokens":26}}
        """;

    private static readonly (int Code, string Status, string Type, string Words)[] s_errors =
    [
        (400, "INVALID_ARGUMENT", "invalid_request_error", "What was sent is wrong; the message says where."),
        (401, "UNAUTHENTICATED", "authentication_error", "No key, a mistyped or an expired one, or one that is nobody's."),
        (403, "PERMISSION_DENIED", "permission_error", "A good key that may not do this, or not from this address, or whose organization is suspended."),
        (404, "NOT_FOUND", "not_found_error", "No such model, or none that this key reaches."),
        (429, "RESOURCE_EXHAUSTED", "rate_limit_error", "A limit is reached; the message says which, and Retry-After when to try again."),
        (503, "UNAVAILABLE", "api_error", "The portal or the model is not there for the moment."),
    ];

    public static void Complete(OpenApiDocument document)
    {
        if (document.Paths.Remove(Post))
        {
            foreach (var (method, summary, body, answer) in new[]
            {
                ("generateContent", "Generate an answer", Contents, Generated),
                ("streamGenerateContent", "Generate an answer as it comes", Contents, Generated),
                ("countTokens", "Count the tokens of a prompt", Contents, """{"totalTokens":21}"""),
            })
            {
                var operation = new OpenApiOperation();
                Tell(document, operation, "Gemini", summary, body, answer, isOpenAi: false);
                operation.Parameters = [Named("name", "The name of an endpoint.")];
                if (method is "streamGenerateContent")
                {
                    operation.Parameters = [.. operation.Parameters, new OpenApiParameter { Name = "alt", In = ParameterLocation.Query, Schema = Text(), Description = "sse for server-sent events; else a JSON array." }];
                }

                document.Paths[$"/v1/models/{{name}}:{method}"] = new OpenApiPathItem { Operations = new Dictionary<HttpMethod, OpenApiOperation> { [HttpMethod.Post] = operation } };
            }
        }

        foreach (var (path, item) in document.Paths.Where(p => !p.Key.Contains(':', StringComparison.Ordinal)))
        {
            var isOpenAi = path.StartsWith("/openai", StringComparison.Ordinal);
            foreach (var (_, operation) in item.Operations ?? [])
            {
                var (summary, body, answer) = path switch
                {
                    Chat => ("Complete a chat", """{"model":"support-intents","messages":[{"role":"user","content":"Where is my card?"}]}""", Completed),
                    Models => ("List models", null, """{"models":[{"name":"models/support-intents","version":"support-intents@3","displayName":"support-intents"}]}"""),
                    Model => ("Read a model", null, """{"name":"models/support-intents","version":"support-intents@3","displayName":"support-intents"}"""),
                    _ when path.EndsWith("/models", StringComparison.Ordinal) => ("List models", null, """{"object":"list","data":[{"id":"support-intents","object":"model"}]}"""),
                    _ => ("Read a model", (string?)null, """{"id":"support-intents","object":"model"}"""),
                };
                Tell(document, operation, isOpenAi ? "OpenAI" : "Gemini", summary, body, answer, isOpenAi);
            }
        }
    }

    private static void Tell(OpenApiDocument document, OpenApiOperation operation, string dialect, string summary, string? body, string answer, bool isOpenAi)
    {
        document.Tags ??= new HashSet<OpenApiTag>();
        document.Tags.Add(new OpenApiTag { Name = dialect });
        operation.Tags = new HashSet<OpenApiTagReference> { new(dialect, document) };
        (operation.Summary, operation.Description) = (summary, $"In {dialect}'s own shape.");
        operation.RequestBody = body is null ? null : new OpenApiRequestBody { Required = true, Content = Json(body) };
        operation.Responses = new OpenApiResponses { ["200"] = new OpenApiResponse { Description = "The answer.", Content = Json(answer) } };
        foreach (var (code, status, type, words) in s_errors)
        {
            var example = new JsonObject
            {
                ["error"] = isOpenAi ? new JsonObject { ["message"] = words, ["type"] = type, ["param"] = null, ["code"] = null } : new JsonObject { ["code"] = code, ["message"] = words, ["status"] = status },
            };
            operation.Responses[code.ToString(System.Globalization.CultureInfo.InvariantCulture)] = new OpenApiResponse { Description = words, Content = Json(example.ToJsonString()) };
        }
    }

    private static Dictionary<string, OpenApiMediaType> Json(string example) =>
        new() { ["application/json"] = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.Object }, Example = JsonNode.Parse(example) } };

    private static OpenApiParameter Named(string name, string words) => new() { Name = name, In = ParameterLocation.Path, Required = true, Schema = Text(), Description = words };

    private static OpenApiSchema Text() => new() { Type = JsonSchemaType.String };
}
