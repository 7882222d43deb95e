namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 8.1.</summary>
public sealed record VertexStorageBucketList
{
    public string Kind { get; init; } = "storage#buckets";

    public IReadOnlyList<VertexStorageBucket> Items { get; init; } = [];

    public string NextPageToken { get; init; } = "";
}
