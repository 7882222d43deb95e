namespace Portal.Vertex.Contracts;

/// <summary>Media in the request itself. Source: vertex-ai.md 5.2; google.cloud.aiplatform.v1.Blob.</summary>
public sealed record VertexBlob
{
    public string MimeType { get; init; } = "";

    /// <summary>Base64, kept as text so that relaying it costs no decoding.</summary>
    public string Data { get; init; } = "";
}
