using System.Collections.ObjectModel;
using System.Text.Json;

namespace Portal.Vertex.Contracts;

/// <summary>A node of the metadata store: an experiment or one of its runs. Source: vertex-ai.md 3; google.cloud.aiplatform.v1.Context.</summary>
public sealed record VertexContext
{
    public const string ExperimentSchema = "system.Experiment";
    public const string ExperimentRunSchema = "system.ExperimentRun";

    /// <summary><c>projects/{n}/locations/{l}/metadataStores/default/contexts/{id}</c>.</summary>
    public string Name { get; init; } = "";

    public string DisplayName { get; init; } = "";

    public string Etag { get; init; } = "";

    public IReadOnlyDictionary<string, string> Labels { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    public DateTime? CreateTime { get; init; }

    public DateTime? UpdateTime { get; init; }

    public IReadOnlyList<string> ParentContexts { get; init; } = [];

    public string SchemaTitle { get; init; } = "";

    public string SchemaVersion { get; init; } = "";

    public string Description { get; init; } = "";

    /// <summary>Free object; an experiment's names its <c>backing_tensorboard_resource</c>.</summary>
    public JsonElement? Metadata { get; init; }
}
