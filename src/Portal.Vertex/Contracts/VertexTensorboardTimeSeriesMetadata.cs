namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 3.</summary>
public sealed record VertexTensorboardTimeSeriesMetadata
{
    public long MaxStep { get; init; }

    public DateTime? MaxWallTime { get; init; }
}
