using System.Text.Json;
using System.Text.Json.Serialization;
using Portal.Vertex.Contracts;

namespace Portal.Features.Deploy;

internal sealed record OpenAiMessage(string? Role, JsonElement Content);

internal sealed record OpenAiStreamOptions(bool? IncludeUsage);

internal sealed record OpenAiFormat(string? Type, OpenAiSchema? JsonSchema);

internal sealed record OpenAiSchema(JsonElement? Schema);

internal sealed record OpenAiRequest
{
    public string? Model { get; init; }

    public IReadOnlyList<OpenAiMessage?>? Messages { get; init; }

    public double? Temperature { get; init; }

    public double? TopP { get; init; }

    public int? MaxTokens { get; init; }

    public int? MaxCompletionTokens { get; init; }

    public int? Seed { get; init; }

    public int? N { get; init; }

    public JsonElement? Stop { get; init; }

    public bool? Stream { get; init; }

    public OpenAiStreamOptions? StreamOptions { get; init; }

    public OpenAiFormat? ResponseFormat { get; init; }

    public JsonElement? Tools { get; init; }
}

/// <summary>OpenAI's chat completions, turned into Gemini's request and back.</summary>
internal static class OpenAiShape
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
    };

    public static VertexGenerateContentRequest ToGemini(OpenAiRequest request)
    {
        Refuse(request.N is not (null or 1), "n", "This endpoint gives one choice.");
        Refuse(request.Tools is { ValueKind: not JsonValueKind.Null }, "tools", "Tools are not available on this endpoint.");
        var system = new List<VertexPart>();
        var turns = new List<VertexContent>();
        foreach (var (index, message) in (request.Messages ?? []).Index())
        {
            var field = $"messages[{index}]";
            var parts = PartsOf(message?.Content ?? default, $"{field}.content");
            switch (message?.Role)
            {
                case "system" or "developer":
                    system.AddRange(parts);
                    break;
                case "user":
                    turns.Add(new VertexContent { Role = VertexContent.UserRole, Parts = parts });
                    break;
                case "assistant":
                    turns.Add(new VertexContent { Role = VertexContent.ModelRole, Parts = parts });
                    break;
                default:
                    throw GatewayException.Invalid($"{field}.role", "A message's role must be system, developer, user or assistant.");
            }
        }

        Refuse(turns.Count is 0, "messages", "messages needs at least one message of the user's.");
        return new VertexGenerateContentRequest
        {
            Contents = turns,
            SystemInstruction = system.Count > 0 ? new VertexContent { Parts = system } : null,
            GenerationConfig = new VertexGenerationConfig
            {
                Temperature = request.Temperature,
                TopP = request.TopP,
                Seed = request.Seed,
                MaxOutputTokens = request.MaxCompletionTokens ?? request.MaxTokens,
                StopSequences = StopsOf(request.Stop),
                ResponseMimeType = IsJson(request.ResponseFormat) ? "application/json" : "",
                ResponseJsonSchema = SchemaOf(request.ResponseFormat),
            },
        };
    }

    public static object FromGemini(VertexGenerateContentResponse answer, CallUsage usage, DateTimeOffset now) => new
    {
        Id = $"chatcmpl-{answer.ResponseId}",
        Object = "chat.completion",
        Created = now.ToUnixTimeSeconds(),
        Model = answer.ModelVersion,
        Choices = new[]
        {
            new { Index = 0, Message = new { Role = "assistant", Content = answer.Text }, FinishReason = FinishOf(answer) },
        },
        Usage = new { PromptTokens = usage.Input, CompletionTokens = usage.Output, TotalTokens = usage.Input + usage.Output },
    };

    /// <summary>A piece of a streamed answer.</summary>
    public static object ChunkOf(VertexGenerateContentResponse chunk, DateTimeOffset now, bool isFirst) => Chunk(chunk, now, new
    {
        Index = 0,
        Delta = isFirst ? (object)new { Role = "assistant", Content = chunk.Text } : new { Content = chunk.Text },
        FinishReason = chunk.Candidates is [{ FinishReason: "" }, ..] ? null : FinishOf(chunk),
    });

    /// <summary>The last piece for whoever asked for it: no text, but what all of them used.</summary>
    public static object UsageOf(VertexGenerateContentResponse last, DateTimeOffset now)
    {
        var usage = CallUsage.Of(last.UsageMetadata);
        return Chunk(last, now, choice: null, new { PromptTokens = usage.Input, CompletionTokens = usage.Output, TotalTokens = usage.Input + usage.Output });
    }

    public static object ModelOf(Served served) => new
    {
        Id = served.Endpoint.Name, Object = "model", Created = new DateTimeOffset(served.Endpoint.CreatedAt).ToUnixTimeSeconds(), OwnedBy = "organization",
    };

    private static object Chunk(VertexGenerateContentResponse of, DateTimeOffset now, object? choice, object? usage = null) => new
    {
        Id = $"chatcmpl-{of.ResponseId}",
        Object = "chat.completion.chunk",
        Created = now.ToUnixTimeSeconds(),
        Model = of.ModelVersion,
        Choices = choice is null ? [] : new[] { choice },
        Usage = usage,
    };

    private static bool IsJson(OpenAiFormat? format) => format?.Type switch
    {
        null or "text" => false,
        "json_object" or "json_schema" => true,
        _ => throw GatewayException.Invalid("response_format.type", "response_format.type must be text, json_object or json_schema."),
    };

    private static JsonElement? SchemaOf(OpenAiFormat? format) => format is not { Type: "json_schema" } ? null
        : format.JsonSchema?.Schema is { ValueKind: JsonValueKind.Object } schema ? schema
        : throw GatewayException.Invalid("response_format.json_schema.schema", "response_format.json_schema.schema must be a JSON schema.");

    public static object ErrorOf(GatewayException told) => new
    {
        Error = new
        {
            told.Message,
            Type = told.Code switch { 429 => "rate_limit_error", >= 500 => "server_error", _ => "invalid_request_error" },
            Param = told.Field is "" ? null : told.Field,
            Code = told.Code switch { 401 => "invalid_api_key", 403 => "organization_suspended", 404 => "model_not_found", 429 => "rate_limit_exceeded", _ => null },
        },
    };

    private static string FinishOf(VertexGenerateContentResponse answer) => answer.Candidates is [{ FinishReason: var reason }, ..]
        ? reason switch { VertexFinishReason.Stop => "stop", VertexFinishReason.MaxTokens => "length", _ => "content_filter" }
        : "content_filter";

    private static List<VertexPart> PartsOf(JsonElement content, string field) => content.ValueKind switch
    {
        JsonValueKind.String => [new VertexPart { Text = content.GetString() }],
        JsonValueKind.Array when content.GetArrayLength() > 0 => [.. content.EnumerateArray().Select((part, index) => TextOf(part, $"{field}[{index}]"))],
        _ => throw GatewayException.Invalid(field, "content must be a text, or a list of parts of type text."),
    };

    private static VertexPart TextOf(JsonElement part, string field) =>
        part.ValueKind is JsonValueKind.Object && part.TryGetProperty("text", out var text) && text.ValueKind is JsonValueKind.String
            ? new VertexPart { Text = text.GetString() }
            : throw GatewayException.Invalid(field, "This endpoint takes parts of type text only.");

    private static List<string> StopsOf(JsonElement? stop) => stop switch
    {
        null or { ValueKind: JsonValueKind.Null } => [],
        { ValueKind: JsonValueKind.String } one => [one.GetString() ?? ""],
        { ValueKind: JsonValueKind.Array } many when many.EnumerateArray().All(s => s.ValueKind is JsonValueKind.String) =>
            [.. many.EnumerateArray().Select(s => s.GetString() ?? "")],
        _ => throw GatewayException.Invalid("stop", "stop must be a text or a list of texts."),
    };

    private static void Refuse(bool refused, string field, string message)
    {
        if (refused)
        {
            throw GatewayException.Invalid(field, message);
        }
    }
}
