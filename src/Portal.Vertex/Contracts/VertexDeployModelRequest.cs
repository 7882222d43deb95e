using System.Collections.ObjectModel;

namespace Portal.Vertex.Contracts;

/// <summary>Body of <c>:deployModel</c>. Source: vertex-ai.md 6.2; google.cloud.aiplatform.v1.DeployModelRequest.</summary>
public sealed record VertexDeployModelRequest
{
    public VertexDeployedModel? DeployedModel { get; init; }

    /// <summary>Key <c>"0"</c> is the model being deployed.</summary>
    public IReadOnlyDictionary<string, int> TrafficSplit { get; init; } = ReadOnlyDictionary<string, int>.Empty;
}
