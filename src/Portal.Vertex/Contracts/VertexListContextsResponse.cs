namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 3.</summary>
public sealed record VertexListContextsResponse
{
    public IReadOnlyList<VertexContext> Contexts { get; init; } = [];

    public string NextPageToken { get; init; } = "";
}
