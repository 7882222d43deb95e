namespace Portal.Vertex.Contracts;

/// <summary>Body of a refused call, Vertex and Cloud Storage alike. Source: vertex-ai.md 1.4 and 8.</summary>
public sealed record VertexErrorResponse
{
    public VertexError? Error { get; init; }
}
