namespace Portal.Vertex.Contracts;

/// <summary>Preference tuning on pairs of completions. Source: vertex-ai.md 2.4.</summary>
public sealed record VertexPreferenceOptimizationSpec
{
    /// <summary>Required. <c>gs://bucket/path.jsonl</c>.</summary>
    public string TrainingDatasetUri { get; init; } = "";

    public string ValidationDatasetUri { get; init; } = "";

    public VertexHyperparameters? HyperParameters { get; init; }

    public bool ExportLastCheckpointOnly { get; init; }
}
