namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 8.1.</summary>
public sealed record VertexStorageIamConfiguration
{
    public VertexStorageUniformAccess? UniformBucketLevelAccess { get; init; }

    /// <summary><c>enforced</c> or <c>inherited</c>.</summary>
    public string PublicAccessPrevention { get; init; } = "";
}
