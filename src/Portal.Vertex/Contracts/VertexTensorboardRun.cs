namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 3; google.cloud.aiplatform.v1.TensorboardRun.</summary>
public sealed record VertexTensorboardRun
{
    /// <summary><c>{tensorboard}/experiments/{experimentId}/runs/{runId}</c>.</summary>
    public string Name { get; init; } = "";

    public string DisplayName { get; init; } = "";

    public DateTime? CreateTime { get; init; }

    public DateTime? UpdateTime { get; init; }

    public string Etag { get; init; } = "";
}
