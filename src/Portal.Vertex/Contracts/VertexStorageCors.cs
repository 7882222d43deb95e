namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 8.4.</summary>
public sealed record VertexStorageCors
{
    public IReadOnlyList<string> Origin { get; init; } = [];

    public IReadOnlyList<string> Method { get; init; } = [];

    /// <summary>Allowed and exposed headers alike.</summary>
    public IReadOnlyList<string> ResponseHeader { get; init; } = [];

    public int MaxAgeSeconds { get; init; }
}
