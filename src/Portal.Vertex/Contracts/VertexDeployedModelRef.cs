namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 6.1; google.cloud.aiplatform.v1.DeployedModelRef.</summary>
public sealed record VertexDeployedModelRef
{
    public string Endpoint { get; init; } = "";

    public string DeployedModelId { get; init; } = "";
}
