namespace Portal.Vertex.Contracts;

/// <summary>One page of models, or of a model's versions. Source: vertex-ai.md 6.1.</summary>
public sealed record VertexListModelsResponse
{
    public IReadOnlyList<VertexModel> Models { get; init; } = [];

    public string NextPageToken { get; init; } = "";
}
