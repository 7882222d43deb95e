using Portal.Storage;

namespace Portal.Features.Leave;

/// <summary>
/// The uploaded files of an archive under names of this organisation's own. A name in an archive is only ever looked up here, never used.
/// </summary>
internal sealed class ImportBlobs
{
    private readonly string _prefix;
    private readonly ArchiveReader _archive;
    private readonly Dictionary<string, (string Name, ArchivedFile? File)> _byOldName = new(StringComparer.Ordinal);
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    public ImportBlobs(ArchiveReader archive, string importId)
    {
        (_archive, _prefix) = (archive, $"taken/{importId}/");
        var files = archive.Files.ToDictionary(f => f.Path, StringComparer.Ordinal);
        foreach (var (place, source) in archive.Manifest.Sources.Index())
        {
            _byOldName[source.BlobName] = (NameOf(place), files[source.Path]);
        }

        foreach (var (place, missing) in archive.Manifest.Missing.Index())
        {
            _byOldName[missing] = ($"{_prefix}missing/{place}", null);
        }
    }

    public string AuditName => _prefix + "audit";

    /// <summary>The file that a row names, under its name here; a row that says other bytes of it than are in the archive is refused.</summary>
    public void Apply(ArchivedRow row, Func<string, Exception?, PortalException> refused)
    {
        if (row[ArchiveContent.BlobColumn] is not string { Length: > 0 } old)
        {
            return;
        }

        if (!_byOldName.TryGetValue(old, out var here))
        {
            throw refused($"it names an uploaded file that is not in the archive: \"{ArchiveReader.Shown(old)}\"", null);
        }

        if (here.File is { } file && ((row["Sha256"] is string hash && hash != file.Sha256) || (row["Length"] is long length && length != file.Bytes)))
        {
            throw refused($"it says of its file {row["Length"]} bytes with SHA-256 {row["Sha256"]}, and {file.Path} has {file.Bytes} with {file.Sha256}", null);
        }

        _used.Add(old);
        row[ArchiveContent.BlobColumn] = here.Name;
    }

    /// <summary>The archive's own name of a file.</summary>
    public string? PathOf(string newName) => _byOldName.Values.FirstOrDefault(v => v.Name == newName).File?.Path;

    public void RefuseUnused()
    {
        if (_archive.Manifest.Sources.FirstOrDefault(s => !_used.Contains(s.BlobName)) is { } loose)
        {
            throw ArchiveReader.Refused($"No row names the uploaded file \"{ArchiveReader.Shown(loose.Path)}\".");
        }
    }

    public async Task WriteAsync(BlobStore blobs, bool hasAudit, string auditPath, Func<long, Task> tell, CancellationToken ct)
    {
        var done = 0L;
        foreach (var (name, file) in _byOldName.Values.Where(v => v.File is not null).Append((AuditName, hasAudit ? _archive.Files.First(f => f.Path == auditPath) : null)))
        {
            if (file is not null)
            {
                await using var content = _archive.OpenFile(file.Path);
                await blobs.WriteAsync(name, new Told(content, bytes => tell(done + bytes)), file.Bytes, ct, file.Sha256);
                done += file.Bytes;
            }
        }
    }

    /// <summary>Takes away whatever a failed import may have written.</summary>
    public static void Sweep(BlobStore blobs, string importId, int sources)
    {
        var prefix = $"taken/{importId}/";
        for (var place = 0; place < sources; place++)
        {
            blobs.Delete($"{prefix}{place}");
        }

        blobs.Delete(prefix + "audit");
    }

    private string NameOf(int place) => $"{_prefix}{place}";

    /// <summary>Reads on as another does, and tells how far it is.</summary>
    private sealed class Told(Stream inner, Func<long, Task> tell) : Stream
    {
        private long _read;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => inner.Length;

        public override long Position { get => _read; set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = inner.Read(buffer.Span);
            await tell(_read += read);
            return read;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
