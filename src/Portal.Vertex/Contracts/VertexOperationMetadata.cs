using System.Text.Json.Serialization;

namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 6.3.</summary>
public sealed record VertexOperationMetadata
{
    /// <summary>E.g. <c>type.googleapis.com/google.cloud.aiplatform.v1.DeleteOperationMetadata</c>.</summary>
    [JsonPropertyName("@type")]
    public string Type { get; init; } = "";

    public VertexGenericOperationMetadata? GenericMetadata { get; init; }
}
