namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 6.1; google.cloud.aiplatform.v1.ModelSourceInfo.</summary>
public sealed record VertexModelSourceInfo
{
    /// <summary>GENIE for tuned models.</summary>
    public string SourceType { get; init; } = "";
}
