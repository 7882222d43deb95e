namespace Portal.Vertex.Contracts;

/// <summary>
/// Tokens of one call; int32, numbers on the wire. Input billed = prompt (which includes the cached part), output billed = candidates + thoughts.
/// Source: vertex-ai.md 5.3; google.cloud.aiplatform.v1.GenerateContentResponse.UsageMetadata.
/// </summary>
public sealed record VertexUsageMetadata
{
    public int PromptTokenCount { get; init; }

    public int CandidatesTokenCount { get; init; }

    public int ThoughtsTokenCount { get; init; }

    public int ToolUsePromptTokenCount { get; init; }

    /// <summary>Contained in <see cref="PromptTokenCount"/>.</summary>
    public int CachedContentTokenCount { get; init; }

    public int TotalTokenCount { get; init; }

    /// <summary>ON_DEMAND, ON_DEMAND_PRIORITY, ON_DEMAND_FLEX or PROVISIONED_THROUGHPUT.</summary>
    public string TrafficType { get; init; } = "";

    public IReadOnlyList<VertexModalityTokenCount> PromptTokensDetails { get; init; } = [];

    public IReadOnlyList<VertexModalityTokenCount> CandidatesTokensDetails { get; init; } = [];

    public IReadOnlyList<VertexModalityTokenCount> CacheTokensDetails { get; init; } = [];

    public IReadOnlyList<VertexModalityTokenCount> ToolUsePromptTokensDetails { get; init; } = [];
}
