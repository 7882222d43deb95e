namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 3.</summary>
public sealed record VertexListTensorboardTimeSeriesResponse
{
    public IReadOnlyList<VertexTensorboardTimeSeries> TensorboardTimeSeries { get; init; } = [];

    public string NextPageToken { get; init; } = "";
}
