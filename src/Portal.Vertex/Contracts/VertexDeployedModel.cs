namespace Portal.Vertex.Contracts;

/// <summary>A model on an endpoint. Source: vertex-ai.md 6.2; google.cloud.aiplatform.v1.DeployedModel.</summary>
public sealed record VertexDeployedModel
{
    public string Id { get; init; } = "";

    public string Model { get; init; } = "";

    public string ModelVersionId { get; init; } = "";

    public string DisplayName { get; init; } = "";

    public DateTime? CreateTime { get; init; }

    /// <summary>Empty for the default checkpoint.</summary>
    public string CheckpointId { get; init; } = "";
}
