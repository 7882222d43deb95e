namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 8.1.</summary>
public sealed record VertexStorageUniformAccess
{
    public bool Enabled { get; init; }
}
