namespace Portal.Vertex.Contracts;

/// <summary>One page; <c>items</c> is absent when it is empty. Source: vertex-ai.md 8.1.</summary>
public sealed record VertexStorageObjectList
{
    public string Kind { get; init; } = "storage#objects";

    public IReadOnlyList<VertexStorageObject> Items { get; init; } = [];

    /// <summary>Folders, when listed with a delimiter.</summary>
    public IReadOnlyList<string> Prefixes { get; init; } = [];

    public string NextPageToken { get; init; } = "";
}
