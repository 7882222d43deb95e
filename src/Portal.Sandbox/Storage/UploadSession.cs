namespace Portal.Sandbox.Storage;

/// <summary>A resumable upload as its file on disk says it; the bytes so far are in a file beside it.</summary>
internal sealed record UploadSession
{
    public required string Id { get; init; }

    public required string Bucket { get; init; }

    public required string Name { get; init; }

    public required ObjectAttributes Attributes { get; init; }

    public required Preconditions Preconditions { get; init; }

    public required DateTime CreatedAt { get; init; }

    public string? ExpectedMd5 { get; init; }

    public string? ExpectedCrc32c { get; init; }

    /// <summary>Size the client announced at the start; the upload must have exactly this.</summary>
    public long? DeclaredSize { get; init; }

    /// <summary>Its object is there; a late status query is answered with it.</summary>
    public bool IsCommitted { get; init; }
}
