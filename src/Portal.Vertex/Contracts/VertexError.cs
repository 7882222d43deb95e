namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 1.4.</summary>
public sealed record VertexError
{
    /// <summary>The HTTP status.</summary>
    public int Code { get; init; }

    public string Message { get; init; } = "";

    /// <summary>A <see cref="VertexErrorStatus"/> constant; absent from Cloud Storage.</summary>
    public string Status { get; init; } = "";

    public IReadOnlyList<VertexErrorDetail> Details { get; init; } = [];

    /// <summary>Only from Cloud Storage.</summary>
    public IReadOnlyList<VertexStorageErrorItem> Errors { get; init; } = [];
}
