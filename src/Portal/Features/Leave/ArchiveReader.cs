using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore.Metadata;
using Portal.Features.Data;
using Portal.Persistence;

namespace Portal.Features.Leave;

/// <summary>
/// An archive as somebody hands it in: nothing of it is believed. Entries are counted, measured and named as the manifest says, or the
/// archive is refused with the place and the reason.
/// </summary>
internal sealed class ArchiveReader
{
    private const int LongestManifest = 32 << 20;

    private readonly Stream _file;
    private readonly DataOptions _limits;
    private readonly Dictionary<string, ZipItem> _items;
    private readonly Dictionary<string, ArchivedFile> _files;

    private ArchiveReader(Stream file, DataOptions limits, Dictionary<string, ZipItem> items, ArchiveManifest manifest)
    {
        (_file, _limits, _items, Manifest) = (file, limits, items, manifest);
        _files = manifest.Files.ToDictionary(f => f.Path, StringComparer.Ordinal);
    }

    public ArchiveManifest Manifest { get; }

    public IReadOnlyList<ArchivedFile> Files => Manifest.Files;

    public static ArchiveReader Open(Stream file, IModel model, LeaveOptions options)
    {
        var limits = new DataOptions { MaxArchiveFiles = options.MaxArchiveFiles, MaxUnpackedBytes = options.MaxArchiveBytes };
        var items = Guarded(() => ZipArchiveReader.Read(file, limits));
        if (items.GroupBy(i => i.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw Refused($"It holds \"{Shown(twice.Key)}\" twice.");
        }

        if (items.Sum(i => (decimal)i.Length) > options.MaxArchiveBytes)
        {
            throw Refused($"It unpacks to more than {Components.Show.Bytes(options.MaxArchiveBytes)}, the most that is taken in.");
        }

        if (items.Where(i => i.Name.StartsWith("tables/", StringComparison.Ordinal)).Sum(i => (decimal)i.Length) > options.MaxArchiveRowBytes)
        {
            throw Refused($"Its tables unpack to more than {Components.Show.Bytes(options.MaxArchiveRowBytes)}, the most that is taken in at once.");
        }

        var byName = items.ToDictionary(i => i.Name, StringComparer.Ordinal);
        var manifest = ReadManifest(file, byName, limits);
        Check(manifest, byName, model);
        return new ArchiveReader(file, limits, byName, manifest);
    }

    /// <summary>A file of the archive; at its end its length and hash have been those of the manifest, or it has thrown.</summary>
    public Stream OpenFile(string path) => new CheckedStream(ZipItemStream.Open(_file, _items[path], _limits), _files[path]);

    /// <summary>What went wrong inside the archive, in words that fit one.</summary>
    public static PortalException Refused(string why, Exception? cause = null) =>
        new($"The archive is refused. {why} Upload it exactly as it was downloaded; if it is, export the organization again.", cause);

    /// <summary>Somebody else's text inside a message: short, and of characters that every database and screen takes.</summary>
    internal static string Shown(string text)
    {
        var plain = string.Concat(text.Take(80).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
        return text.Length > 80 ? plain + "…" : plain;
    }

    private static ArchiveManifest ReadManifest(Stream file, Dictionary<string, ZipItem> items, DataOptions limits)
    {
        if (!items.TryGetValue(ArchiveManifest.Path, out var item) || item.Length > LongestManifest)
        {
            throw Refused("It has no manifest.json, so it is not the archive of an organization.");
        }

        try
        {
            using var text = ZipItemStream.Open(file, item, limits);
            using (var head = Guarded(() => JsonDocument.Parse(text)))
            {
                var version = head.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("version", out var number) && number.TryGetInt32(out var found) ? found : 0;
                if (!head.RootElement.TryGetProperty("format", out var format) || format.ValueKind is not JsonValueKind.String || format.GetString() is not ArchiveManifest.FormatName)
                {
                    throw Refused("Its manifest.json is of something else than an organization.");
                }

                if (version is not ArchiveManifest.CurrentVersion)
                {
                    throw Refused(version > ArchiveManifest.CurrentVersion
                        ? $"It is of format version {version}, made by a newer portal; this one reads version {ArchiveManifest.CurrentVersion}."
                        : $"It is of format version {version}, which lacks what version {ArchiveManifest.CurrentVersion} has.");
                }

                return head.Deserialize<ArchiveManifest>(ArchiveManifest.Strict) ?? throw Refused("Its manifest.json is empty.");
            }
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            throw Refused($"Its manifest.json is not as it should be: {Shown(wrong.Message)}.", wrong);
        }
    }

    private static void Check(ArchiveManifest manifest, Dictionary<string, ZipItem> items, IModel model)
    {
        if (manifest.Files.Any(f => f is null) || manifest.Tables.Any(t => t is null) || manifest.Sources.Any(s => s is null) || manifest.Usage.Any(u => u is null) || manifest.Missing.Any(m => m is null))
        {
            throw Refused("Its manifest.json has an empty entry.");
        }

        if (!ArchiveRowReader.IsId(manifest.Organization.Id, PublicId.MaxLength) || manifest.Organization.Name.Length > 200 || manifest.Organization.Name.Contains('\0', StringComparison.Ordinal))
        {
            throw Refused("Its manifest.json does not say properly whose archive it is.");
        }

        RefuseTwice(manifest.Files.Select(f => f.Path), "file");
        RefuseTwice(manifest.Tables.Select(t => t.Name), "table");
        RefuseTwice(manifest.Sources.Select(s => s.BlobName).Concat(manifest.Missing), "uploaded file");
        RefuseTwice(manifest.Sources.Select(s => s.Path), "uploaded file");
        var files = manifest.Files.Select(f => f.Path).Append(ArchiveManifest.Path).ToHashSet(StringComparer.Ordinal);
        if (items.Keys.FirstOrDefault(n => !files.Contains(n)) is { } unknown)
        {
            throw Refused($"It holds \"{Shown(unknown)}\", which its manifest does not name.");
        }

        if (files.FirstOrDefault(n => !items.ContainsKey(n)) is { } missing)
        {
            throw Refused($"Its manifest names \"{Shown(missing)}\", which is not in it.");
        }

        var tables = ArchiveContent.TablesOf(model).ToDictionary(t => t.ClrType.Name, ArchiveContent.PathOf, StringComparer.Ordinal);
        if (manifest.Tables.FirstOrDefault(t => !tables.TryGetValue(t.Name, out var path) || path != t.Path) is { } table)
        {
            throw Refused($"It has a table \"{Shown(table.Name)}\" at \"{Shown(table.Path)}\", which this portal does not know.");
        }

        var named = manifest.Tables.Select(t => t.Path).Concat(manifest.Sources.Select(s => s.Path)).Concat(["README.txt", "people/members.json", "people/engagements.json"]).ToHashSet(StringComparer.Ordinal);
        if (manifest.Files.FirstOrDefault(f => !named.Remove(f.Path)) is { } loose)
        {
            throw Refused($"Its manifest does not say what \"{Shown(loose.Path)}\" is, or uses it twice.");
        }

        if (manifest.Tables.Select(t => t.Path).Concat(manifest.Sources.Select(s => s.Path)).FirstOrDefault(p => !files.Contains(p)) is { } absent)
        {
            throw Refused($"Its manifest does not list the file \"{Shown(absent)}\".");
        }
    }

    private static void RefuseTwice(IEnumerable<string> names, string what)
    {
        if (names.GroupBy(n => n, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw Refused($"Its manifest names the {what} \"{Shown(twice.Key)}\" twice.");
        }
    }

    /// <summary>The reader of zips speaks of data files; of its words the first sentence fits here too.</summary>
    private static T Guarded<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (PortalException damaged)
        {
            throw Refused(damaged.Message.Split(". ")[0].TrimEnd('.') + ".", damaged);
        }
    }

    /// <summary>Counts and hashes what is read, and compares both at the end.</summary>
    private sealed class CheckedStream(Stream inner, ArchivedFile file) : Stream
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private bool _isChecked;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => file.Bytes;

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            // The closure cannot hold a span.
            var read = 0;
            try
            {
                read = inner.Read(buffer);
            }
            catch (PortalException damaged)
            {
                throw Refused(damaged.Message.Split(". ")[0].TrimEnd('.') + ".", damaged);
            }

            _hash.AppendData(buffer[..read]);
            Position += read;
            if (read is 0 && buffer.Length > 0 && !_isChecked)
            {
                _isChecked = true;
                if (Position != file.Bytes || !string.Equals(Convert.ToHexStringLower(_hash.GetCurrentHash()), file.Sha256, StringComparison.Ordinal))
                {
                    throw Refused($"\"{Shown(file.Path)}\" is not what its manifest says: its length or its SHA-256 is another.");
                }
            }

            return read;
        }

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            _hash.Dispose();
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
