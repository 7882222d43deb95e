namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 4.1; google.cloud.aiplatform.v1.Part.MediaResolution.</summary>
public sealed record VertexPartMediaResolution
{
    public string Level { get; init; } = "";
}
