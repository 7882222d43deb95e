using System.Collections.ObjectModel;

namespace Portal.Vertex.Contracts;

/// <summary>Google's serving address of a tuned model. Source: vertex-ai.md 6.2; google.cloud.aiplatform.v1.Endpoint.</summary>
public sealed record VertexEndpoint
{
    /// <summary><c>projects/{number}/locations/{l}/endpoints/{id}</c>.</summary>
    public string Name { get; init; } = "";

    public string DisplayName { get; init; } = "";

    public string Description { get; init; } = "";

    /// <summary>Output.</summary>
    public IReadOnlyList<VertexDeployedModel> DeployedModels { get; init; } = [];

    /// <summary>Per cent by deployed model id; 100 together, or empty.</summary>
    public IReadOnlyDictionary<string, int> TrafficSplit { get; init; } = ReadOnlyDictionary<string, int>.Empty;

    public string Etag { get; init; } = "";

    public IReadOnlyDictionary<string, string> Labels { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    public DateTime? CreateTime { get; init; }

    public DateTime? UpdateTime { get; init; }

    public VertexEncryptionSpec? EncryptionSpec { get; init; }

    public VertexRequestResponseLoggingConfig? PredictRequestResponseLoggingConfig { get; init; }

    public bool DedicatedEndpointEnabled { get; init; }

    public string DedicatedEndpointDns { get; init; } = "";
}
