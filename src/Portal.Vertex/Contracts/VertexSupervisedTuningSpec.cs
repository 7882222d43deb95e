using System.Text.Json;

namespace Portal.Vertex.Contracts;

/// <summary>Supervised tuning. Source: vertex-ai.md 2.3; google.cloud.aiplatform.v1.SupervisedTuningSpec.</summary>
public sealed record VertexSupervisedTuningSpec
{
    /// <summary>Required. <c>gs://bucket/path.jsonl</c>.</summary>
    public string TrainingDatasetUri { get; init; } = "";

    /// <summary>Turns on the evaluation curves.</summary>
    public string ValidationDatasetUri { get; init; } = "";

    public VertexHyperparameters? HyperParameters { get; init; }

    /// <summary>False: intermediate checkpoints are kept and each is deployed to an endpoint of its own.</summary>
    public bool ExportLastCheckpointOnly { get; init; }

    /// <summary>Preview: evaluation inside the job, passed through as it is.</summary>
    public JsonElement? EvaluationConfig { get; init; }
}
