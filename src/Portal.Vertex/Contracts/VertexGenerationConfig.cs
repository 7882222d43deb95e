using System.Text.Json;

namespace Portal.Vertex.Contracts;

/// <summary>
/// Nullable numbers have presence: a zero that is set is sent (a temperature of 0, a thinking budget of 0).
/// Source: vertex-ai.md 5.2; google.cloud.aiplatform.v1.GenerationConfig.
/// </summary>
public sealed record VertexGenerationConfig
{
    /// <summary>0 to 2.</summary>
    public double? Temperature { get; init; }

    public double? TopP { get; init; }

    public double? TopK { get; init; }

    /// <summary>1 to 8.</summary>
    public int? CandidateCount { get; init; }

    public int? MaxOutputTokens { get; init; }

    /// <summary>At most 5.</summary>
    public IReadOnlyList<string> StopSequences { get; init; } = [];

    public int? Seed { get; init; }

    public double? PresencePenalty { get; init; }

    public double? FrequencyPenalty { get; init; }

    public bool? ResponseLogprobs { get; init; }

    /// <summary>1 to 20.</summary>
    public int? Logprobs { get; init; }

    /// <summary><c>text/plain</c>, <c>application/json</c> or <c>text/x.enum</c>.</summary>
    public string ResponseMimeType { get; init; } = "";

    /// <summary>Google's Schema (a subset of OpenAPI).</summary>
    public JsonElement? ResponseSchema { get; init; }

    public JsonElement? ResponseJsonSchema { get; init; }

    public IReadOnlyList<string> ResponseModalities { get; init; } = [];

    /// <summary>MEDIA_RESOLUTION_LOW, _MEDIUM or _HIGH.</summary>
    public string MediaResolution { get; init; } = "";

    public VertexThinkingConfig? ThinkingConfig { get; init; }

    public JsonElement? SpeechConfig { get; init; }

    public bool? AudioTimestamp { get; init; }

    public JsonElement? RoutingConfig { get; init; }

    public JsonElement? ImageConfig { get; init; }
}
