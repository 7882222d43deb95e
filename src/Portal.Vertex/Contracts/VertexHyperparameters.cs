namespace Portal.Vertex.Contracts;

/// <summary>
/// Zero or empty means: chosen by the service, which writes the effective value back.
/// Source: vertex-ai.md 2.3; google.cloud.aiplatform.v1.SupervisedHyperParameters.
/// </summary>
public sealed record VertexHyperparameters
{
    /// <summary>Passes over the training set; int64, a string on the wire.</summary>
    public long EpochCount { get; init; }

    /// <summary>Factor on the service's own rate; its default is 1.0.</summary>
    public double LearningRateMultiplier { get; init; }

    /// <summary>A <see cref="VertexAdapterSize"/> constant.</summary>
    public string AdapterSize { get; init; } = "";

    /// <summary>Preference tuning only: 0.01 to 0.5 advised; written even when it is zero, which stops learning.</summary>
    public double? Beta { get; init; }
}
