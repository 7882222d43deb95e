namespace Portal.Vertex.Contracts;

/// <summary>Customer-managed key, in the region of the resource. Source: vertex-ai.md 2.2; google.cloud.aiplatform.v1.EncryptionSpec.</summary>
public sealed record VertexEncryptionSpec
{
    public string KmsKeyName { get; init; } = "";
}
