using System.Collections.ObjectModel;

namespace Portal.Vertex.Contracts;

/// <summary>A model of the registry, at one version. Source: vertex-ai.md 6.1; google.cloud.aiplatform.v1.Model.</summary>
public sealed record VertexModel
{
    /// <summary><c>projects/{number}/locations/{l}/models/{id}</c>; a get by version may answer with <c>@{version}</c>.</summary>
    public string Name { get; init; } = "";

    public string VersionId { get; init; } = "";

    /// <summary>Names of this version, e.g. <c>default</c>.</summary>
    public IReadOnlyList<string> VersionAliases { get; init; } = [];

    public DateTime? VersionCreateTime { get; init; }

    public DateTime? VersionUpdateTime { get; init; }

    public string DisplayName { get; init; } = "";

    public string Description { get; init; } = "";

    public string VersionDescription { get; init; } = "";

    /// <summary>The tuning job's labels plus the service's own <c>tune-type</c>.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    public DateTime? CreateTime { get; init; }

    public DateTime? UpdateTime { get; init; }

    public string Etag { get; init; } = "";

    public VertexEncryptionSpec? EncryptionSpec { get; init; }

    /// <summary>Where it serves; the model cannot be deleted while this is not empty.</summary>
    public IReadOnlyList<VertexDeployedModelRef> DeployedModels { get; init; } = [];

    public string DefaultCheckpointId { get; init; } = "";

    public IReadOnlyList<VertexModelCheckpoint> Checkpoints { get; init; } = [];

    public IReadOnlyList<string> SupportedDeploymentResourcesTypes { get; init; } = [];

    public VertexModelSourceInfo? ModelSourceInfo { get; init; }

    public VertexBaseModelSource? BaseModelSource { get; init; }
}
