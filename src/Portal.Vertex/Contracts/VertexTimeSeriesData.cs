namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 3; google.cloud.aiplatform.v1.TimeSeriesData.</summary>
public sealed record VertexTimeSeriesData
{
    /// <summary>Last segment of the series' name.</summary>
    public string TensorboardTimeSeriesId { get; init; } = "";

    public string ValueType { get; init; } = "";

    public IReadOnlyList<VertexTimeSeriesDataPoint> Values { get; init; } = [];
}
