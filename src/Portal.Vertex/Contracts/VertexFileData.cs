namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 5.2; google.cloud.aiplatform.v1.FileData.</summary>
public sealed record VertexFileData
{
    public string MimeType { get; init; } = "";

    /// <summary><c>gs://</c> or a public <c>https://</c> address.</summary>
    public string FileUri { get; init; } = "";
}
