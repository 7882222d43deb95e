using System.Security.Cryptography;
using Portal.Persistence;
using Portal.Storage;

namespace Portal.Features.Data;

/// <summary>A file as a row may have it, and whether its name or the row said it were something else.</summary>
internal sealed record KeptMedia(MediaFile File, string Name, bool IsOtherwise);

/// <summary>
/// Unpacks the files that rows name, each once, looks what they are and keeps them. What is unpacked is counted against the limits of an
/// archive and against the room the organisation has left.
/// </summary>
internal sealed class MediaKeeper(BlobStore blobs, DatasetImport import, MediaFiles files, IEnumerable<MediaFile> known, MediaRoom room, DataOptions options, DateTime now) : IDisposable
{
    private readonly Dictionary<string, MediaFile> _byHash = known.ToDictionary(m => m.Sha256, StringComparer.Ordinal);
    private readonly Dictionary<ZipItem, (MediaFile? File, MediaFault? Fault)> _byItem = [];
    private readonly List<MediaFile> _new = [];
    private long _unpacked;
    private long _added;

    /// <summary>How much of the archive has been unpacked, as it lies there.</summary>
    public long PackedBytes { get; private set; }

    /// <summary>What was found since the last time, to be saved with the rows that name it.</summary>
    public IReadOnlyList<MediaFile> TakeNew()
    {
        MediaFile[] found = [.. _new];
        _new.Clear();
        return found;
    }

    /// <param name="address">A path in the archive, a data URI, or what an earlier version calls a file of this project.</param>
    /// <param name="said">The media type that the row says; empty where it says none.</param>
    public async Task<(KeptMedia? Kept, MediaFault? Fault)> TakeAsync(string address, string said, CancellationToken ct)
    {
        if (MediaAddress.Parse(address) is { } stored)
        {
            return _byHash.TryGetValue(stored.Sha256, out var here)
                ? (new KeptMedia(here, stored.Name, false), null)
                : (null, new MediaFault(FindingRule.MediaMissing, $"it names \"{stored.Name}\" of another project or upload. Upload the ZIP that its files came in"));
        }

        if (address.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
        {
            return await TakeInlineAsync(address, ct);
        }

        var (item, missing) = files.Shelf.Find(address);
        if (item is null)
        {
            return (null, missing);
        }

        if (!_byItem.TryGetValue(item, out var taken))
        {
            taken = _byItem[item] = await UnpackAsync(item, ct);
        }

        var name = MediaAddress.NameOf(MediaAddress.FolderOfOne(address) is null ? item.Name : address);
        return taken.File is { } file ? (new KeptMedia(file, name, IsOtherwise(file, said) || IsOtherwise(file, MediaTypes.OfName(name))), null) : (null, taken.Fault);
    }

    public void Dispose() => files.Dispose();

    private async Task<(KeptMedia? Kept, MediaFault? Fault)> TakeInlineAsync(string address, CancellationToken ct)
    {
        var comma = address.IndexOf(',', StringComparison.Ordinal);
        var head = comma < 0 ? "" : address[5..comma];
        if (!head.EndsWith(";base64", StringComparison.OrdinalIgnoreCase))
        {
            return (null, new MediaFault(FindingRule.MediaUnreadable, "media inside it is not in base64. Encode it so, or send the file in a ZIP"));
        }

        var bytes = new byte[((address.Length - comma) / 4 * 3) + 3];
        if (!Convert.TryFromBase64Chars(address.AsSpan(comma + 1), bytes, out var length) || length is 0)
        {
            return (null, new MediaFault(FindingRule.MediaUnreadable, "the base64 of media inside it is damaged or cut off. Encode it anew, or send the file in a ZIP"));
        }

        Count(length);
        var (file, fault) = _byHash.TryGetValue(Convert.ToHexStringLower(SHA256.HashData(bytes.AsSpan(0, length))), out var here)
            ? (here, null)
            : await KeepAsync(new MemoryStream(bytes, 0, length), "media inside it", ct);
        return file is null ? (null, fault) : (new KeptMedia(file, $"inside{MediaTypes.EndingOf(file.MimeType)}", IsOtherwise(file, MediaTypes.Of(head))), null);
    }

    private async Task<(MediaFile? File, MediaFault? Fault)> UnpackAsync(ZipItem item, CancellationToken ct)
    {
        if (item.Length > options.MaxMediaBytes)
        {
            return (null, new MediaFault(FindingRule.MediaUnreadable, $"\"{MediaAddress.NameOf(item.Name)}\" has {Components.Show.Bytes(item.Length)}, and at most {Components.Show.Bytes(options.MaxMediaBytes)} are taken. Shorten or compress it"));
        }

        Count(item.Length);
        await using var content = files.Source.OpenItem(item);
        PackedBytes += item.PackedLength;
        return await KeepAsync(content, $"\"{MediaAddress.NameOf(item.Name)}\"", ct);
    }

    private async Task<(MediaFile? File, MediaFault? Fault)> KeepAsync(Stream content, string what, CancellationToken ct)
    {
        var (blob, length, sha256) = await blobs.WriteAsync(hash => $"media/{import.ProjectId}/{hash}", content, options.MaxMediaBytes, ct);
        if (_byHash.TryGetValue(sha256, out var here))
        {
            return (here, null);
        }

        MediaFacts? facts;
        await using (var file = blobs.OpenRead(blob))
        {
            facts = files.Source.FactsOf(file);
        }

        if (facts is null || facts.Problem is not "")
        {
            blobs.Delete(blob);
            return (null, new MediaFault(FindingRule.MediaUnreadable, facts is null
                ? $"{what} is by its content no picture (JPEG, PNG, WebP, GIF), sound (WAV, MP3, FLAC, Ogg, M4A), video (MP4, MOV, WebM) or PDF. Convert it to one of these"
                : $"{what} {facts.Problem}. Save it anew in another program"));
        }

        var kept = new MediaFile
        {
            ProjectId = import.ProjectId, Sha256 = sha256, Length = length, MimeType = facts.MimeType, Kind = facts.Kind, Milliseconds = facts.Milliseconds,
            Width = facts.Width, Height = facts.Height, Pages = facts.Pages, BlobName = blob, ImportId = import.Id, AddedAt = now,
        };
        _byHash[sha256] = kept;
        _new.Add(kept);
        // Known first: what does not fit is found and cleared by its entry.
        room.Require(_added += length);
        return (kept, null);
    }

    private void Count(long bytes)
    {
        _unpacked += bytes;
        if (_unpacked > options.MaxUnpackedBytes)
        {
            throw new PortalException($"The files that the rows name unpack to more than {Components.Show.Bytes(options.MaxUnpackedBytes)}, the most of one upload. Split it.");
        }
    }

    private static bool IsOtherwise(MediaFile file, string said) => said is not "" && !MediaTypes.IsCalled(file.MimeType, MediaTypes.Of(said));
}

/// <summary>The files beside a table, and what opens them: not before a row names the first.</summary>
internal sealed class MediaFiles(MediaShelf shelf, Func<Stream> upload, Func<Stream, UploadedSource> open) : IDisposable
{
    private Stream? _upload;
    private UploadedSource? _source;

    public MediaShelf Shelf => shelf;

    public UploadedSource Source => _source ??= open(_upload ??= upload());

    public void Dispose()
    {
        _source?.Dispose();
        _upload?.Dispose();
    }
}

/// <summary>What the organisation's files may still take.</summary>
internal sealed record MediaRoom(long Held, long Quota)
{
    public void Require(long more)
    {
        if (Held + more > Quota)
        {
            throw new PortalException(
                $"This organization's files take {Components.Show.Bytes(Held)} of the {Components.Show.Bytes(Quota)} it may use, and the files in this upload do not fit unpacked. Remove a project's files, or ask for more room.");
        }
    }
}
