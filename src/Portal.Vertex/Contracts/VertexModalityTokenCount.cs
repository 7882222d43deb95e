namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 5.3; google.cloud.aiplatform.v1.ModalityTokenCount.</summary>
public sealed record VertexModalityTokenCount
{
    /// <summary>TEXT, IMAGE, VIDEO, AUDIO or DOCUMENT.</summary>
    public string Modality { get; init; } = "";

    public int TokenCount { get; init; }
}
