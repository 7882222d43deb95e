namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 6.1; google.cloud.aiplatform.v1.GenieSource.</summary>
public sealed record VertexGenieSource
{
    public string BaseModelUri { get; init; } = "";
}
