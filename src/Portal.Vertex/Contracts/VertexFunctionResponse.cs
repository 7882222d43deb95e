using System.Text.Json;

namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 5.2; google.cloud.aiplatform.v1.FunctionResponse.</summary>
public sealed record VertexFunctionResponse
{
    public string Id { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary>An object.</summary>
    public JsonElement? Response { get; init; }
}
