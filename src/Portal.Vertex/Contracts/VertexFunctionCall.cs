using System.Text.Json;

namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 5.2; google.cloud.aiplatform.v1.FunctionCall.</summary>
public sealed record VertexFunctionCall
{
    public string Id { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary>An object by parameter name.</summary>
    public JsonElement? Args { get; init; }
}
