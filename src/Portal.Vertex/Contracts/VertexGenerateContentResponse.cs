using System.Text.Json.Serialization;

namespace Portal.Vertex.Contracts;

/// <summary>
/// An answer, or one chunk of a streamed one. A blocked prompt is HTTP 200 with <see cref="PromptFeedback"/> and no candidates.
/// Source: vertex-ai.md 5.3; google.cloud.aiplatform.v1.GenerateContentResponse.
/// </summary>
public sealed record VertexGenerateContentResponse
{
    public IReadOnlyList<VertexCandidate> Candidates { get; init; } = [];

    public VertexPromptFeedback? PromptFeedback { get; init; }

    /// <summary>In a stream only the last chunk's is complete.</summary>
    public VertexUsageMetadata? UsageMetadata { get; init; }

    public string ModelVersion { get; init; } = "";

    public DateTime? CreateTime { get; init; }

    public string ResponseId { get; init; } = "";

    /// <summary>Answer text of the first candidate without its thoughts; empty when it has none.</summary>
    [JsonIgnore]
    public string Text => Candidates.Count == 0 || Candidates[0].Content is not { } content
        ? ""
        : string.Concat(content.Parts.Where(part => !part.Thought).Select(part => part.Text));
}
