using System.Collections.ObjectModel;
using System.Text.Json;

namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 8.1.</summary>
public sealed record VertexStorageBucket
{
    public string Kind { get; init; } = "storage#bucket";

    public string Id { get; init; } = "";

    /// <summary>Unique over all of Cloud Storage.</summary>
    public string Name { get; init; } = "";

    /// <summary>E.g. <c>EU</c> or <c>EUROPE-WEST4</c>; answers are upper-case.</summary>
    public string Location { get; init; } = "";

    public string StorageClass { get; init; } = "";

    public long ProjectNumber { get; init; }

    public long Metageneration { get; init; }

    public string Etag { get; init; } = "";

    public DateTime? TimeCreated { get; init; }

    public DateTime? Updated { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    public VertexStorageIamConfiguration? IamConfiguration { get; init; }

    public VertexStorageEncryption? Encryption { get; init; }

    public IReadOnlyList<VertexStorageCors> Cors { get; init; } = [];

    /// <summary><c>{"rule":[...]}</c>, passed through.</summary>
    public JsonElement? Lifecycle { get; init; }
}
