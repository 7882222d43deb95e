using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Persistence;

namespace Portal.Features.Leave;

/// <summary>
/// Pictures, sounds, films and documents of erased rows: a version no longer has what only they named, and what neither a row nor a version
/// has goes. What is to be done is seen from what is there, so it can be begun again at any point.
/// </summary>
public sealed class PersonMedia(IDbContextFactory<PortalDbContext> dbs, MediaCleaner cleaner)
{
    /// <summary>Null where it is done, else what it waits for.</summary>
    internal async Task<string?> RemoveAsync(PersonWork work, CancellationToken ct)
    {
        foreach (var version in work.Erasure.Ledger.Versions)
        {
            await LoosenAsync(version.VersionId, ct);
        }

        await using var db = await dbs.CreateDbContextAsync(ct);
        foreach (var projectId in await db.MediaFiles.Select(m => m.ProjectId).Distinct().ToListAsync(ct))
        {
            if (await MediaCleaner.LooseAsync(db, projectId, ct) is not { } loose)
            {
                return "Rows are being imported or frozen; the files that nothing names are removed after that.";
            }

            foreach (var file in loose)
            {
                await using var transaction = await db.Database.BeginTransactionAsync(ct);
                await cleaner.ClearAsync(db, file, ct);
                await work.NoteAsync(db, ledger => ledger.Add("files of rows", 1));
                await transaction.CommitAsync(ct);
            }
        }

        return null;
    }

    /// <summary>Takes from a version the files that none of its rows in a split names any more.</summary>
    private async Task LoosenAsync(string versionId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var had = await (from link in db.VersionMedia.AsNoTracking() join file in db.MediaFiles on link.MediaId equals file.Id where link.VersionId == versionId select new { link.Split, link.MediaId, file.Sha256 }).ToListAsync(ct);
        if (had.Count is 0)
        {
            return;
        }

        HashSet<(Split, string)> named = [];
        var rows = db.FrozenExamples.AsNoTracking().Where(e => e.VersionId == versionId && e.Content != null && e.Content.Contains(MediaAddress.Mark)).Select(e => new { e.Split, e.Content });
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            foreach (var hash in MediaAddress.HashesIn(row.Content))
            {
                named.Add((row.Split, hash));
            }
        }

        foreach (var gone in had.Where(h => !named.Contains((h.Split, h.Sha256))))
        {
            await db.VersionMedia.Where(v => v.VersionId == versionId && v.MediaId == gone.MediaId && v.Split == gone.Split).ExecuteDeleteAsync(ct);
        }
    }
}
