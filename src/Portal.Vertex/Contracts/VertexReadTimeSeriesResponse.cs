namespace Portal.Vertex.Contracts;

/// <summary>Answer of <c>{timeSeries}:read</c>. Source: vertex-ai.md 3.</summary>
public sealed record VertexReadTimeSeriesResponse
{
    public VertexTimeSeriesData? TimeSeriesData { get; init; }
}
