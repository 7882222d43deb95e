namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 5.2; google.cloud.aiplatform.v1.ToolConfig.</summary>
public sealed record VertexToolConfig
{
    public VertexFunctionCallingConfig? FunctionCallingConfig { get; init; }
}
