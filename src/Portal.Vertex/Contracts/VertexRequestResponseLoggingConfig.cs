namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 6.2; google.cloud.aiplatform.v1.PredictRequestResponseLoggingConfig.</summary>
public sealed record VertexRequestResponseLoggingConfig
{
    public bool Enabled { get; init; }

    /// <summary>0 to 1.</summary>
    public double SamplingRate { get; init; }

    public VertexBigQueryDestination? BigqueryDestination { get; init; }
}
