using System.Text.Json;

namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 5.2; google.cloud.aiplatform.v1.FunctionDeclaration.</summary>
public sealed record VertexFunctionDeclaration
{
    public string Name { get; init; } = "";

    public string Description { get; init; } = "";

    /// <summary>Google's Schema. One of this and <see cref="ParametersJsonSchema"/>.</summary>
    public JsonElement? Parameters { get; init; }

    public JsonElement? ParametersJsonSchema { get; init; }

    public JsonElement? Response { get; init; }
}
