using Microsoft.EntityFrameworkCore;
using Portal.Persistence;
using Portal.Storage;

namespace Portal.Features.Data;

/// <summary>Clears the files of a project that neither its rows nor a version of it have any more.</summary>
public sealed class MediaCleaner(IDbContextFactory<PortalDbContext> dbs, BlobStore blobs)
{
    /// <summary>Returns how many went. While rows are being read or frozen nothing goes: what they have is not written down yet.</summary>
    /// <param name="importId">Of the project, the one whose rows are gone.</param>
    internal async Task<int> ClearAsync(string importId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var projectId = await db.DatasetImports.Where(i => i.Id == importId).Select(i => i.ProjectId).SingleAsync(ct);
        var loose = await LooseAsync(db, projectId, ct) ?? [];
        foreach (var media in loose)
        {
            await ClearAsync(db, media, ct);
        }

        return loose.Count;
    }

    /// <summary>The files of a project that nothing has; null while rows are being read or frozen.</summary>
    internal static async Task<IReadOnlyCollection<MediaFile>?> LooseAsync(PortalDbContext db, string projectId, CancellationToken ct)
    {
        if (await db.DatasetImports.AnyAsync(i => i.ProjectId == projectId && (i.State == ImportState.Mapped || i.State == ImportState.Importing), ct)
            || await db.DatasetVersions.AnyAsync(v => v.ProjectId == projectId && v.State == VersionState.Freezing, ct))
        {
            return null;
        }

        var versioned = db.VersionMedia;
        var loose = await db.MediaFiles.AsNoTracking().Where(m => m.ProjectId == projectId && !versioned.Any(v => v.MediaId == m.Id)).ToDictionaryAsync(m => m.Sha256, ct);
        if (loose.Count is 0)
        {
            return [];
        }

        var imports = db.DatasetImports.Where(i => i.ProjectId == projectId).Select(i => i.Id);
        var rows = db.Examples.AsNoTracking().Where(e => imports.Contains(e.ImportId) && e.Content != null && e.Content.Contains(MediaAddress.Mark)).Select(e => e.Content);
        await foreach (var content in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            foreach (var hash in MediaAddress.HashesIn(content))
            {
                loose.Remove(hash);
            }
        }

        return loose.Values;
    }

    /// <summary>First the file: one that stays while its row is gone would never be found again.</summary>
    internal async Task ClearAsync(PortalDbContext db, MediaFile media, CancellationToken ct)
    {
        blobs.Delete(media.BlobName);
        await db.MediaFiles.Where(m => m.Id == media.Id).ExecuteDeleteAsync(ct);
    }
}
