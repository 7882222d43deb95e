namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 3; google.cloud.aiplatform.v1.Scalar.</summary>
public sealed record VertexScalar
{
    public double Value { get; init; }
}
