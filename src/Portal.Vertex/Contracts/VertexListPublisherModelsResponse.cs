namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 11.2.</summary>
public sealed record VertexListPublisherModelsResponse
{
    public IReadOnlyList<VertexPublisherModel> PublisherModels { get; init; } = [];

    public string NextPageToken { get; init; } = "";
}
