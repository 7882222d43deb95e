namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 2.5; google.cloud.aiplatform.v1.TunedModelCheckpoint.</summary>
public sealed record VertexTunedModelCheckpoint
{
    /// <summary>Counts from "1".</summary>
    public string CheckpointId { get; init; } = "";

    public long Epoch { get; init; }

    public long Step { get; init; }

    /// <summary>The checkpoint's own endpoint: inference has no other way to name a checkpoint.</summary>
    public string Endpoint { get; init; } = "";
}
