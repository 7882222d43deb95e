namespace Portal.Vertex.Contracts;

/// <summary>Body of <c>:countTokens</c>, which is free. Source: vertex-ai.md 5.5; google.cloud.aiplatform.v1.CountTokensRequest.</summary>
public sealed record VertexCountTokensRequest
{
    public IReadOnlyList<VertexContent> Contents { get; init; } = [];

    public VertexContent? SystemInstruction { get; init; }

    public IReadOnlyList<VertexTool> Tools { get; init; } = [];

    public VertexGenerationConfig? GenerationConfig { get; init; }
}
