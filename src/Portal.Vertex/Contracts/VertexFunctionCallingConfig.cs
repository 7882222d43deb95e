namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 5.2; google.cloud.aiplatform.v1.FunctionCallingConfig.</summary>
public sealed record VertexFunctionCallingConfig
{
    /// <summary>AUTO, ANY, NONE or VALIDATED.</summary>
    public string Mode { get; init; } = "";

    public IReadOnlyList<string> AllowedFunctionNames { get; init; } = [];
}
