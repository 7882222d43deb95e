namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 2.5; google.cloud.aiplatform.v1.Checkpoint.</summary>
public sealed record VertexModelCheckpoint
{
    public string CheckpointId { get; init; } = "";

    public long Epoch { get; init; }

    public long Step { get; init; }
}
