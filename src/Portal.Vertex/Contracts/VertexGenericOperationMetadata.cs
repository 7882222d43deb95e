namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 6.3; google.cloud.aiplatform.v1.GenericOperationMetadata.</summary>
public sealed record VertexGenericOperationMetadata
{
    public DateTime? CreateTime { get; init; }

    public DateTime? UpdateTime { get; init; }

    public IReadOnlyList<VertexStatus> PartialFailures { get; init; } = [];
}
