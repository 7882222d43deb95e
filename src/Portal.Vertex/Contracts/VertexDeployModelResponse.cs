namespace Portal.Vertex.Contracts;

/// <summary><c>response</c> of the deploy operation. Source: vertex-ai.md 6.2.</summary>
public sealed record VertexDeployModelResponse
{
    public VertexDeployedModel? DeployedModel { get; init; }
}
