namespace Portal.Vertex;

/// <summary>What to upload where, and how to survive a crash in the middle.</summary>
public sealed record VertexStorageUpload
{
    public required string Bucket { get; init; }

    /// <summary>Name of the object; may hold <c>/</c>.</summary>
    public required string Name { get; init; }

    public string ContentType { get; init; } = "application/octet-stream";

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Fail with HTTP 412 if the object exists, instead of replacing it.</summary>
    public bool CreateOnly { get; init; }

    /// <summary>The session of an earlier try, to go on with it. One that has expired (after a week) is replaced by a new one.</summary>
    public Uri? Session { get; init; }

    /// <summary>
    /// Called before the first byte leaves (an empty object has no session), to store the address for a later <see cref="Session"/>. It is a bearer secret: whoever has it can write
    /// the object.
    /// </summary>
    public Func<Uri, CancellationToken, Task>? OnSession { get; init; }

    /// <summary>Gets the bytes that are safe at Google, from the uploading thread.</summary>
    public Action<long>? OnProgress { get; init; }

    /// <summary>Bytes per request: a multiple of 256 KiB.</summary>
    public int ChunkSize { get; init; } = 8 * 1024 * 1024;
}
