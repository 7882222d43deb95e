namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 2.5; google.cloud.aiplatform.v1.ListModelVersionCheckpointsResponse.</summary>
public sealed record VertexListModelCheckpointsResponse
{
    public IReadOnlyList<VertexModelCheckpoint> Checkpoints { get; init; } = [];

    public string NextPageToken { get; init; } = "";
}
