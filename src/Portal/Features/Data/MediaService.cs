using Microsoft.EntityFrameworkCore;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Storage;

namespace Portal.Features.Data;

/// <summary>A file of a row as a page shows it.</summary>
public sealed record ShownMedia(string Id, string Name, MediaKind Kind, string MimeType, long Length)
{
    public long? Milliseconds { get; init; }

    public int? Width { get; init; }

    public int? Height { get; init; }

    public int? Pages { get; init; }

    /// <summary>A picture that a page of many rows can show as it is: nothing makes a smaller one of it.</summary>
    public bool IsSmallPicture => Kind is MediaKind.Image && Length <= 4 << 20;
}

/// <summary>A file on its way to a browser.</summary>
public sealed record OpenedMedia(Stream Content, MediaFile File);

/// <summary>The files that rows speak of: shown to whoever may see the rows, and handed to those who send them to a model.</summary>
public sealed class MediaService(IDbContextFactory<PortalDbContext> dbs, CurrentMember current, ProjectService projects, BlobStore blobs)
{
    private static readonly IReadOnlyDictionary<int, IReadOnlyList<ShownMedia>> s_none = new Dictionary<int, IReadOnlyList<ShownMedia>>();

    /// <summary>Opens a file for whoever may see rows. One that a sealed row has is not found, whatever other rows have it.</summary>
    public async Task<OpenedMedia> OpenAsync(string projectId, string mediaId, CancellationToken ct)
    {
        await projects.GetAsync(projectId, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var file = await db.MediaFiles.AsNoTracking().SingleOrDefaultAsync(m => m.Id == mediaId && m.ProjectId == projectId, ct) ?? throw new NotFoundException("file");
        current.Require(Permission.ReadRows);
        return await db.VersionMedia.AnyAsync(v => v.MediaId == mediaId && v.Split == Split.Test, ct)
            ? throw new NotFoundException("file")
            : new OpenedMedia(OpenRead(file), file);
    }

    /// <summary>The files of some rows by the rows' numbers; those that are sealed are left out.</summary>
    internal static async Task<IReadOnlyDictionary<int, IReadOnlyList<ShownMedia>>> ShownAsync(PortalDbContext db, string projectId, IEnumerable<(int Number, string? Content)> rows, CancellationToken ct)
    {
        var contents = rows.Where(r => r.Content is not null).ToDictionary(r => r.Number, r => r.Content ?? "");
        if (contents.Count is 0)
        {
            return s_none;
        }

        var hashes = contents.Values.SelectMany(MediaAddress.HashesIn).Distinct(StringComparer.Ordinal).ToList();
        var versioned = db.VersionMedia;
        var files = await db.MediaFiles.AsNoTracking().Where(m => m.ProjectId == projectId && hashes.Contains(m.Sha256) && !versioned.Any(v => v.MediaId == m.Id && v.Split == Split.Test))
            .ToDictionaryAsync(m => m.Sha256, ct);
        return contents.ToDictionary(c => c.Key, c => (IReadOnlyList<ShownMedia>)
        [
            .. MediaRows.NamedIn(c.Value).Where(m => files.ContainsKey(m.Sha256)).Select(m => Shown(files[m.Sha256], m.Name)),
        ]);
    }

    /// <summary>The files that a row names, by their hashes.</summary>
    internal async Task<IReadOnlyDictionary<string, MediaFile>> FindAsync(string projectId, IReadOnlyCollection<string> hashes, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.MediaFiles.AsNoTracking().Where(m => m.ProjectId == projectId && hashes.Contains(m.Sha256)).ToDictionaryAsync(m => m.Sha256, ct);
    }

    /// <summary>What a version's training and validation rows have, in an order that stays.</summary>
    internal async Task<IReadOnlyList<MediaFile>> TaughtAsync(string versionId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var taught = db.VersionMedia.Where(v => v.VersionId == versionId && v.Split != Split.Test).Select(v => v.MediaId);
        return await db.MediaFiles.AsNoTracking().Where(m => taught.Contains(m.Id)).OrderBy(m => m.Sha256).ToListAsync(ct);
    }

    /// <summary>The kinds and types that a version's rows have.</summary>
    internal async Task<IReadOnlyList<(MediaKind Kind, string MimeType)>> KindsAsync(string versionId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var ids = db.VersionMedia.Where(v => v.VersionId == versionId).Select(v => v.MediaId);
        var kinds = await db.MediaFiles.Where(m => ids.Contains(m.Id)).Select(m => new { m.Kind, m.MimeType }).Distinct().ToListAsync(ct);
        return [.. kinds.Select(k => (k.Kind, k.MimeType)).Order()];
    }

    /// <summary>What the files of each row will probably be counted as.</summary>
    internal async Task<IReadOnlyDictionary<int, long>> TokensAsync(string projectId, IReadOnlyCollection<VersionExample> rows, CancellationToken ct)
    {
        var hashes = rows.ToDictionary(r => r.Number, RowFiles.HashesOf);
        var all = hashes.Values.SelectMany(h => h).ToHashSet(StringComparer.Ordinal);
        var files = all.Count is 0 ? new Dictionary<string, MediaFile>() : await FindAsync(projectId, all, ct);
        return hashes.ToDictionary(h => h.Key, h => h.Value.Sum(hash => files.TryGetValue(hash, out var file) ? RowFiles.TokensOf(file) : 0));
    }

    /// <summary>How many files the rows of some splits have; refused where one is lost, as long as it can be said.</summary>
    internal async Task<int> RequireThereAsync(string versionId, IReadOnlyList<Split> splits, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var ids = db.VersionMedia.Where(v => v.VersionId == versionId && splits.Contains(v.Split)).Select(v => v.MediaId);
        var files = await db.MediaFiles.Where(m => ids.Contains(m.Id)).Select(m => m.BlobName).ToListAsync(ct);
        return files.TrueForAll(blobs.Exists) ? files.Count : throw Lost();
    }

    internal Stream OpenRead(MediaFile file)
    {
        try
        {
            return blobs.OpenRead(file.BlobName);
        }
        catch (IOException missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Lost(missing);
        }
    }

    /// <summary>What the organisation's uploads and their unpacked files take.</summary>
    internal static async Task<long> HeldBytesAsync(PortalDbContext db, CancellationToken ct) =>
        await db.DatasetImports.Select(i => new { i.BlobName, i.Length }).Distinct().SumAsync(i => i.Length, ct)
        + await db.Uploads.Where(u => u.ImportId == null).SumAsync(u => u.Length, ct)
        + await db.MediaFiles.SumAsync(m => m.Length, ct);

    private static PortalException Lost(Exception? missing = null) => new("A file that rows name is no longer there. Upload the ZIP again and freeze a new version.", missing);

    private static ShownMedia Shown(MediaFile file, string name) => new(file.Id, name, file.Kind, file.MimeType, file.Length)
    {
        Milliseconds = file.Milliseconds,
        Width = file.Width,
        Height = file.Height,
        Pages = file.Pages,
    };
}
