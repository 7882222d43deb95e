using System.Collections.ObjectModel;

namespace Portal.Vertex.Contracts;

/// <summary>
/// One tuning of a base model. What the caller writes: source model, spec, display name, labels; the rest is output.
/// <c>name</c> is <c>projects/{number}/locations/{l}/tuningJobs/{int64}</c>.
/// Source: vertex-ai.md 2.2; google.cloud.aiplatform.v1.TuningJob.
/// </summary>
public sealed record VertexTuningJob
{
    /// <summary>Output. Carries the project number even if the job was created under the project id.</summary>
    public string Name { get; init; } = "";

    /// <summary>Short id of the model to tune, e.g. <c>gemini-3.5-flash</c>. One of this and <see cref="PreTunedModel"/>.</summary>
    public string BaseModel { get; init; } = "";

    /// <summary>Continuous tuning: the tuned model to start from.</summary>
    public VertexPreTunedModel? PreTunedModel { get; init; }

    public VertexSupervisedTuningSpec? SupervisedTuningSpec { get; init; }

    /// <summary>Posted to v1 by Google's guide although absent from the v1 proto (vertex-ai.md 2.4).</summary>
    public VertexPreferenceOptimizationSpec? PreferenceOptimizationSpec { get; init; }

    /// <summary>At most 128 characters. In continuous tuning the parent's name makes a new version of that model.</summary>
    public string TunedModelDisplayName { get; init; } = "";

    public string Description { get; init; } = "";

    /// <summary>Keys and values of at most 64 of <c>a-z 0-9 _ -</c>; copied to the model and the endpoint.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    public VertexEncryptionSpec? EncryptionSpec { get; init; }

    /// <summary>E-mail of the account the job runs as, instead of the tuning service agent.</summary>
    public string ServiceAccount { get; init; } = "";

    /// <summary>Output. A <see cref="VertexJobState"/> constant, or a name this client does not know yet.</summary>
    public string State { get; init; } = "";

    public DateTime? CreateTime { get; init; }

    /// <summary>Output. Set when the job first runs.</summary>
    public DateTime? StartTime { get; init; }

    /// <summary>Output. Set with the terminal state.</summary>
    public DateTime? EndTime { get; init; }

    public DateTime? UpdateTime { get; init; }

    /// <summary>Output. Only in FAILED and CANCELLED; <c>code</c> is a gRPC number (1 = CANCELLED), not an HTTP status.</summary>
    public VertexStatus? Error { get; init; }

    /// <summary>Output. Metadata context of the training curves; empty until training has begun.</summary>
    public string Experiment { get; init; } = "";

    /// <summary>Output. Can be set on a FAILED job whose endpoint could not be made.</summary>
    public VertexTunedModel? TunedModel { get; init; }

    /// <summary>Output. Filled when the dataset has been processed.</summary>
    public VertexTuningDataStats? TuningDataStats { get; init; }
}
