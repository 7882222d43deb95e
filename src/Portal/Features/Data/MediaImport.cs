using Microsoft.EntityFrameworkCore;
using Portal.Persistence;
using Portal.Storage;

namespace Portal.Features.Data;

/// <summary>The files of an upload while its rows are read.</summary>
internal sealed class MediaImport(DatasetImport import, MediaShelf shelf, MediaKeeper keeper) : IDisposable
{
    private const int AskedAtOnce = 1_000;

    private readonly MediaRows _rows = new(keeper);
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Unused => shelf.Unused;

    public static async Task<MediaImport> OpenAsync(PortalDbContext db, BlobStore blobs, DatasetImport import, MediaFiles files, DataOptions options, DateTime now, CancellationToken ct)
    {
        var known = await db.MediaFiles.AsNoTracking().Where(m => m.ProjectId == import.ProjectId).ToListAsync(ct);
        var room = new MediaRoom(await MediaService.HeldBytesAsync(db, ct), options.QuotaBytes);
        return new MediaImport(import, files.Shelf, new MediaKeeper(blobs, import, files, known, room, options, now));
    }

    public async Task ResolveAsync(MappedRow row, CancellationToken ct)
    {
        await _rows.ResolveAsync(row, ct);
        row.Media.ForEach(m => _used.Add(m.Sha256));
    }

    /// <summary>How far in the upload the reading is: what of the table, and what of the other files has been unpacked.</summary>
    public long PositionAt(long table) => Math.Min(keeper.PackedBytes is 0 ? table : keeper.PackedBytes, import.Length);

    /// <summary>What was unpacked since, to be saved with the rows that it was unpacked for.</summary>
    public IReadOnlyList<MediaFile> TakeNew() => keeper.TakeNew();

    public void AddNew(PortalDbContext db) => db.MediaFiles.AddRange(TakeNew());

    public void Dispose() => keeper.Dispose();

    /// <summary>A file that was cleared while rows were read that name it would be missed later: then the import begins again.</summary>
    public async Task RequireThereAsync(PortalDbContext db, CancellationToken ct)
    {
        foreach (var hashes in _used.Chunk(AskedAtOnce))
        {
            if (await db.MediaFiles.CountAsync(m => m.ProjectId == import.ProjectId && hashes.Contains(m.Sha256), ct) != hashes.Length)
            {
                throw new InvalidOperationException($"Files of import {import.Id} were cleared while it was read.");
            }
        }
    }
}
