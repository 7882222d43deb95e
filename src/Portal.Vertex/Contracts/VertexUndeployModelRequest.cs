using System.Collections.ObjectModel;

namespace Portal.Vertex.Contracts;

/// <summary>Body of <c>:undeployModel</c>. Source: vertex-ai.md 6.2; google.cloud.aiplatform.v1.UndeployModelRequest.</summary>
public sealed record VertexUndeployModelRequest
{
    public string DeployedModelId { get; init; } = "";

    public IReadOnlyDictionary<string, int> TrafficSplit { get; init; } = ReadOnlyDictionary<string, int>.Empty;
}
