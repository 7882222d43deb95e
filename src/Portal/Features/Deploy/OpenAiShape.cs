using System.Text.Json;
using System.Text.Json.Serialization;
using Portal.Vertex.Contracts;

namespace Portal.Features.Deploy;

internal sealed record OpenAiMessage(string? Role, JsonElement Content)
{
    /// <summary>What an assistant's turn called.</summary>
    public IReadOnlyList<OpenAiCall?>? ToolCalls { get; init; }

    /// <summary>Which call a tool's turn answers.</summary>
    public string? ToolCallId { get; init; }
}

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

    public double? PresencePenalty { get; init; }

    public double? FrequencyPenalty { get; init; }

    public bool? Logprobs { get; init; }

    public IReadOnlyList<OpenAiTool?>? Tools { get; init; }

    public JsonElement? ToolChoice { get; init; }

    public bool? ParallelToolCalls { get; init; }

    public JsonElement? SafetyIdentifier { get; init; }

    public JsonElement? User { get; init; }

    /// <summary>Who asks, where the caller says so by either of OpenAI's two names for it; anything but a text says nothing.</summary>
    internal string? Asker => new[] { SafetyIdentifier, User }.Select(e => e is { ValueKind: JsonValueKind.String } text ? text.GetString() : null).FirstOrDefault(s => !string.IsNullOrEmpty(s));
}

/// <summary>OpenAI's chat completions, turned into Gemini's request and back.</summary>
internal static class OpenAiShape
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
        AllowDuplicateProperties = false,
    };

    public static VertexGenerateContentRequest ToGemini(OpenAiRequest request)
    {
        Refuse(request.N is not (null or 1), "n", "This endpoint gives one choice.");
        Refuse(request.Logprobs is true, "logprobs", "Log probabilities are not available on this endpoint.");
        Refuse(request.ParallelToolCalls is false && request.Tools is { Count: > 0 }, "parallel_tool_calls", "Calls can come in parallel here: leave parallel_tool_calls out.");
        var system = new List<VertexPart>();
        var turns = new List<VertexContent>();
        var called = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (index, message) in (request.Messages ?? []).Index())
        {
            var field = $"messages[{index}]";
            switch (message?.Role)
            {
                case "system" or "developer":
                    system.AddRange(OpenAiParts.Of(message.Content, $"{field}.content"));
                    break;
                case "user":
                    turns.Add(new VertexContent { Role = VertexContent.UserRole, Parts = OpenAiParts.Of(message.Content, $"{field}.content") });
                    break;
                case "assistant" when message.ToolCalls is { Count: > 0 } calls:
                    var said = message.Content.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined ? [] : OpenAiParts.Of(message.Content, $"{field}.content");
                    turns.Add(new VertexContent { Role = VertexContent.ModelRole, Parts = [.. said, .. OpenAiTools.PartsOf(calls, $"{field}.tool_calls", called)] });
                    break;
                case "assistant":
                    turns.Add(new VertexContent { Role = VertexContent.ModelRole, Parts = OpenAiParts.Of(message.Content, $"{field}.content") });
                    break;
                case "tool":
                    OpenAiTools.AddResponse(turns, message, field, called);
                    break;
                default:
                    throw GatewayException.Invalid($"{field}.role", "A message's role must be system, developer, user, assistant or tool.");
            }
        }

        Refuse(turns.Count is 0, "messages", "messages needs at least one message of the user's.");
        return new VertexGenerateContentRequest
        {
            Contents = turns,
            SystemInstruction = system.Count > 0 ? new VertexContent { Parts = system } : null,
            Tools = OpenAiTools.ToolsOf(request.Tools),
            ToolConfig = OpenAiTools.ConfigOf(request.ToolChoice),
            GenerationConfig = new VertexGenerationConfig
            {
                Temperature = request.Temperature,
                TopP = request.TopP,
                Seed = request.Seed,
                PresencePenalty = request.PresencePenalty,
                FrequencyPenalty = request.FrequencyPenalty,
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
            new { Index = 0, Message = MessageOf(answer), FinishReason = FinishOf(answer) },
        },
        Usage = new { PromptTokens = usage.Input, CompletionTokens = usage.Output, TotalTokens = usage.Input + usage.Output },
    };

    /// <summary>A piece of a streamed answer.</summary>
    /// <param name="calls">What it calls.</param>
    /// <param name="hasCalled">Whether it or a piece before it calls anything.</param>
    public static object ChunkOf(VertexGenerateContentResponse chunk, DateTimeOffset now, bool isFirst, IReadOnlyList<OpenAiCall> calls, bool hasCalled) => Chunk(chunk, now, new
    {
        Index = 0,
        Delta = DeltaOf(chunk, isFirst, calls),
        FinishReason = chunk.Candidates is [{ FinishReason: "" }, ..] ? null : FinishOf(chunk, hasCalled),
    });

    /// <summary>The last piece for whoever asked for it: no text, but what all of them used.</summary>
    public static object UsageOf(VertexGenerateContentResponse last, DateTimeOffset now)
    {
        var usage = last.UsageMetadata is { } told ? CallUsage.Of(told) : CallUsage.None;
        return Chunk(last, now, choice: null, new { PromptTokens = usage.Input, CompletionTokens = usage.Output, TotalTokens = usage.Input + usage.Output });
    }

    public static object ModelOf(Offered served) => new
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
            Type = told.Code switch { 429 when told.Quota is not "" => "insufficient_quota", 429 => "rate_limit_error", >= 500 => "server_error", _ => "invalid_request_error" },
            Param = told.Field is "" ? null : told.Field,
            Code = told.Code switch { 401 => "invalid_api_key", 403 => "organization_suspended", 404 => "model_not_found", 429 when told.Quota is not "" => "insufficient_quota", 429 => "rate_limit_exceeded", _ => null },
        },
    };

    private static object MessageOf(VertexGenerateContentResponse answer) => OpenAiTools.CallsOf(answer, first: 0) is { Count: > 0 } calls
        ? new { Role = "assistant", Content = answer.Text is "" ? null : answer.Text, ToolCalls = calls }
        : new { Role = "assistant", Content = answer.Text };

    private static object DeltaOf(VertexGenerateContentResponse chunk, bool isFirst, IReadOnlyList<OpenAiCall> calls) => (calls.Count > 0, isFirst) switch
    {
        (true, true) => new { Role = "assistant", Content = chunk.Text is "" ? null : chunk.Text, ToolCalls = calls },
        (true, false) => new { Content = chunk.Text is "" ? null : chunk.Text, ToolCalls = calls },
        (_, true) => new { Role = "assistant", Content = chunk.Text },
        _ => new { Content = chunk.Text },
    };

    private static string FinishOf(VertexGenerateContentResponse answer, bool called = false) => answer.Candidates is [{ FinishReason: var reason } candidate, ..]
        ? reason switch
        {
            VertexFinishReason.Stop => called || candidate.Content?.Parts.Any(p => p.FunctionCall is not null) is true ? "tool_calls" : "stop",
            VertexFinishReason.MaxTokens => "length",
            _ => "content_filter",
        }
        : "content_filter";

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
