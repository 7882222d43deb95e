namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 3; google.cloud.aiplatform.v1.TimeSeriesDataPoint.</summary>
public sealed record VertexTimeSeriesDataPoint
{
    /// <summary>Null for tensors and blobs.</summary>
    public VertexScalar? Scalar { get; init; }

    public DateTime? WallTime { get; init; }

    /// <summary>Optimiser step.</summary>
    public long Step { get; init; }
}
