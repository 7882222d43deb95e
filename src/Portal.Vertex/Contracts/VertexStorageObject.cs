using System.Collections.ObjectModel;

namespace Portal.Vertex.Contracts;

/// <summary>An object of Cloud Storage. Source: vertex-ai.md 8.1.</summary>
public sealed record VertexStorageObject
{
    public string Kind { get; init; } = "storage#object";

    public string Id { get; init; } = "";

    /// <summary>May hold <c>/</c>; escape it whole in a path.</summary>
    public string Name { get; init; } = "";

    public string Bucket { get; init; } = "";

    public long Generation { get; init; }

    public long Metageneration { get; init; }

    public string ContentType { get; init; } = "";

    /// <summary>Bytes; the size of an empty object is written.</summary>
    public long? Size { get; init; }

    /// <summary>Base64; absent from composed objects.</summary>
    public string Md5Hash { get; init; } = "";

    /// <summary>Base64 of the big-endian CRC32C.</summary>
    public string Crc32c { get; init; } = "";

    public string Etag { get; init; } = "";

    public string StorageClass { get; init; } = "";

    public DateTime? TimeCreated { get; init; }

    public DateTime? Updated { get; init; }

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = ReadOnlyDictionary<string, string>.Empty;
}
