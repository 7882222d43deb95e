using System.Text.Json;

namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 5.3; google.cloud.aiplatform.v1.Candidate.</summary>
public sealed record VertexCandidate
{
    public int Index { get; init; }

    public VertexContent? Content { get; init; }

    /// <summary>A <see cref="VertexFinishReason"/> constant or a newer name; empty while a stream goes on.</summary>
    public string FinishReason { get; init; } = "";

    public string FinishMessage { get; init; } = "";

    public double? AvgLogprobs { get; init; }

    public IReadOnlyList<VertexSafetyRating> SafetyRatings { get; init; } = [];

    public JsonElement? CitationMetadata { get; init; }

    public JsonElement? GroundingMetadata { get; init; }

    public JsonElement? LogprobsResult { get; init; }
}
