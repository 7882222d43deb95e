using System.Text.Json;

namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 5.2; google.cloud.aiplatform.v1.Tool.</summary>
public sealed record VertexTool
{
    public IReadOnlyList<VertexFunctionDeclaration> FunctionDeclarations { get; init; } = [];

    public JsonElement? GoogleSearch { get; init; }

    public JsonElement? CodeExecution { get; init; }

    public JsonElement? UrlContext { get; init; }

    public JsonElement? Retrieval { get; init; }
}
