namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 6.2.</summary>
public sealed record VertexListEndpointsResponse
{
    public IReadOnlyList<VertexEndpoint> Endpoints { get; init; } = [];

    public string NextPageToken { get; init; } = "";
}
