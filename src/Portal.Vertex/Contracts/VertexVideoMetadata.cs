namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 4.1; google.cloud.aiplatform.v1.VideoMetadata.</summary>
public sealed record VertexVideoMetadata
{
    public TimeSpan? StartOffset { get; init; }

    public TimeSpan? EndOffset { get; init; }
}
