namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 6.1; google.cloud.aiplatform.v1.Model.BaseModelSource.</summary>
public sealed record VertexBaseModelSource
{
    public VertexGenieSource? GenieSource { get; init; }
}
