namespace Portal.Vertex.Contracts;

/// <summary>One curve's header. Source: vertex-ai.md 3; google.cloud.aiplatform.v1.TensorboardTimeSeries.</summary>
public sealed record VertexTensorboardTimeSeries
{
    public const string Scalar = "SCALAR";

    /// <summary><c>{run}/timeSeries/{id}</c>.</summary>
    public string Name { get; init; } = "";

    /// <summary>A <see cref="VertexTuningMetric"/> constant, e.g. <c>/train_total_loss</c>.</summary>
    public string DisplayName { get; init; } = "";

    /// <summary>SCALAR, TENSOR or BLOB_SEQUENCE.</summary>
    public string ValueType { get; init; } = "";

    public string PluginName { get; init; } = "";

    public VertexTensorboardTimeSeriesMetadata? Metadata { get; init; }

    public DateTime? CreateTime { get; init; }

    public DateTime? UpdateTime { get; init; }

    public string Etag { get; init; } = "";
}
