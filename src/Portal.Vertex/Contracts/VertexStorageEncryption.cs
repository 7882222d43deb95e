namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 8.1.</summary>
public sealed record VertexStorageEncryption
{
    public string DefaultKmsKeyName { get; init; } = "";
}
