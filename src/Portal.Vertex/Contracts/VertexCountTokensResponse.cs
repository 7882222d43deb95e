namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 5.5; google.cloud.aiplatform.v1.CountTokensResponse.</summary>
public sealed record VertexCountTokensResponse
{
    public int TotalTokens { get; init; }

    public int TotalBillableCharacters { get; init; }

    public IReadOnlyList<VertexModalityTokenCount> PromptTokensDetails { get; init; } = [];
}
