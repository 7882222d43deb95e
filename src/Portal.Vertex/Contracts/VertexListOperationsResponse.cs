namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 6.3; google.longrunning.ListOperationsResponse.</summary>
public sealed record VertexListOperationsResponse
{
    public IReadOnlyList<VertexOperation> Operations { get; init; } = [];

    public string NextPageToken { get; init; } = "";
}
