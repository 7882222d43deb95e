namespace Portal.Vertex.Contracts;

/// <summary>Answer of <c>{tensorboard}:batchRead</c>; more than 1000 points per series are sampled. Source: vertex-ai.md 3.</summary>
public sealed record VertexBatchReadTimeSeriesResponse
{
    public IReadOnlyList<VertexTimeSeriesData> TimeSeriesData { get; init; } = [];
}
