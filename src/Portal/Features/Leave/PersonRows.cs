using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Model;
using Portal.Persistence;
using Portal.Storage;

namespace Portal.Features.Leave;

/// <summary>
/// Removes what was found, one kind after the other. Each part takes its marks away in the transaction that removes it, so that what is
/// marked is what is left to do. Null where a stage is done, else what it waits for.
/// </summary>
public sealed class PersonRows(IDbContextFactory<PortalDbContext> dbs, BlobStore blobs, PersonSearch search, VersionRenewal renewal)
{
    private const int AtOnce = 500;

    /// <summary>Rows as they were uploaded, with what was found and decided about them.</summary>
    internal async Task<string?> RemoveImportedAsync(PersonWork work, CancellationToken ct)
    {
        while (await NextAsync(work, isFrozen: false, ct) is var (importId, marks))
        {
            var numbers = marks.ConvertAll(m => m.Number);
            await using var db = await dbs.CreateDbContextAsync(ct);
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            var findings = await db.Findings.Where(f => f.ImportId == importId).Select(f => f.Id).ToListAsync(ct);
            await db.FindingRows.Where(r => findings.Contains(r.FindingId) && numbers.Contains(r.Number)).ExecuteDeleteAsync(ct);
            await db.RowDecisions.Where(d => d.ImportId == importId && numbers.Contains(d.Number)).ExecuteDeleteAsync(ct);
            var former = await db.RowEdits.Where(e => e.ImportId == importId && numbers.Contains(e.Number)).ExecuteDeleteAsync(ct);
            var reviews = await db.Reviews.Where(r => r.ImportId == importId).Select(r => r.Id).ToListAsync(ct);
            var said = await db.ReviewAnswers.Where(a => reviews.Contains(a.ReviewId) && numbers.Contains(a.Number)).ExecuteDeleteAsync(ct);
            await db.ReviewRows.Where(r => reviews.Contains(r.ReviewId) && numbers.Contains(r.Number)).ExecuteDeleteAsync(ct);
            var removed = await db.Examples.Where(e => e.ImportId == importId && numbers.Contains(e.Number)).ExecuteDeleteAsync(ct);
            await UnmarkAsync(db, work, importId, numbers, ct);
            if (await db.DatasetImports.SingleOrDefaultAsync(i => i.Id == importId, ct) is { } import)
            {
                import.Recount(import.ReadCount - removed, await db.Examples.CountAsync(e => e.ImportId == importId && e.SetAsideBy == null, ct));
            }

            await work.NoteAsync(db, ledger =>
            {
                ledger.Add("rows worked on", removed);
                ledger.Add("former texts of rows", former);
                ledger.Add("reviewers' answers to them", said);
            });
            await transaction.CommitAsync(ct);
        }

        return null;
    }

    /// <summary>Frozen rows: their texts go, their places and hashes stay, and the version says how many are gone.</summary>
    internal async Task<string?> RemoveFrozenAsync(PersonWork work, CancellationToken ct)
    {
        while (await NextAsync(work, isFrozen: true, ct) is var (versionId, marks))
        {
            var numbers = marks.ConvertAll(m => m.Number);
            await using var db = await dbs.CreateDbContextAsync(ct);
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            var version = await db.DatasetVersions.SingleAsync(v => v.Id == versionId, ct);
            var frozen = await db.FrozenExamples.AsNoTracking().Where(e => e.VersionId == versionId && numbers.Contains(e.Number)).ToListAsync(ct);
            var shots = await PersonTexts.RemoveShotsAsync(db, version.ProjectId, shot => frozen.Exists(f => f.Input == shot.Input), ct);
            var answers = await PersonTexts.BlankAnswersAsync(db, versionId, numbers, ct);
            if (version.State is VersionState.Frozen)
            {
                db.Set<ErasedRow>().AddRange(frozen.Select(f => new ErasedRow
                {
                    VersionId = versionId, Split = f.Split, Number = f.Number, ErasedAt = work.Now,
                    Hash = Convert.ToHexStringLower(FrozenExample.HashOf(f.Input, f.Output, f.System, f.Content)),
                }));
                version.Erase(frozen.ConvertAll(f => f.Split), RowOrigins.Of(frozen), work.Now);
            }

            await db.FrozenExamples.Where(e => e.VersionId == versionId && numbers.Contains(e.Number)).ExecuteDeleteAsync(ct);
            await UnmarkAsync(db, work, versionId, numbers, ct);
            await work.NoteAsync(db, ledger =>
            {
                ledger.Add("frozen rows", frozen.Count);
                ledger.Add("answers to them", answers);
                ledger.Add("examples in prompts", shots);
            });
            await transaction.CommitAsync(ct);
        }

        return null;
    }

    /// <summary>What repeats the value elsewhere, a kind at a time.</summary>
    internal async Task<string?> RemoveTracesAsync(PersonWork work, CancellationToken ct)
    {
        foreach (var (what, run) in PersonTraces.Kinds)
        {
            await using var db = await dbs.CreateDbContextAsync(ct);
            var sought = await search.SoughtAsync(db, work.Match, ct);
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            var removed = await run(new PersonTraces(db, sought, remove: true), ct);
            await work.NoteAsync(db, ledger => ledger.Add(what, removed));
            await transaction.CommitAsync(ct);
        }

        return null;
    }

    /// <summary>Uploaded files that hold a row, uploads that are not whole and so cannot be searched, and archives of the organization.</summary>
    internal async Task<string?> RemoveFilesAsync(PersonWork work, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.OrganizationExports.AnyAsync(e => e.State == ExportState.Writing, ct))
        {
            return "An export of the organization is being written; its file is removed once it is whole.";
        }

        var names = work.Erasure.Ledger.Files.ConvertAll(f => f.BlobName);
        var files = names.Count(blobs.Exists);
        names.ForEach(blobs.Delete);
        var exports = await db.OrganizationExports.Where(e => e.State == ExportState.Ready).ToListAsync(ct);
        foreach (var export in exports)
        {
            blobs.Delete(export.BlobName);
            export.Clear(ExportState.Deleted);
        }

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var (now, open) = (work.Now, await db.Uploads.AsNoTracking().Where(u => u.ImportId == null).ToListAsync(ct));
        foreach (var upload in open)
        {
            Enumerable.Range(0, upload.PartCount).ToList().ForEach(part => blobs.Delete(upload.BlobOf(part)));
            await db.UploadParts.Where(p => p.UploadId == upload.Id).ExecuteDeleteAsync(ct);
            await db.Uploads.Where(u => u.Id == upload.Id).ExecuteDeleteAsync(ct);
        }

        await db.DatasetImports.Where(i => names.Contains(i.BlobName) && i.FileErasedAt == null).ExecuteUpdateAsync(set => set.SetProperty(i => i.FileErasedAt, now), ct);
        await work.NoteAsync(db, ledger =>
        {
            ledger.Add("uploaded files", files);
            ledger.Add("archives of the organization", exports.Count);
            ledger.Add("unfinished uploads", open.Count);
        });
        await transaction.CommitAsync(ct);
        return null;
    }

    /// <summary>A version without the rows in the place of each newest one that lost some.</summary>
    internal async Task<string?> RenewVersionsAsync(PersonWork work, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.DatasetVersions.AnyAsync(v => v.State == VersionState.Freezing, ct))
        {
            return "A version without the rows is being frozen.";
        }

        foreach (var versions in (await db.DatasetVersions.AsNoTracking().ToListAsync(ct)).GroupBy(v => v.ProjectId))
        {
            var newest = versions.Where(v => v.State is VersionState.Frozen).MaxBy(v => v.Number);
            if (newest is not { ErasedCount: > 0 } || newest.ErasedAt < work.Erasure.BegunAt || versions.Any(v => v.CopiedFromId == newest.Id))
            {
                continue;
            }

            if (newest.TrainCount is 0 || newest.TestCount is 0)
            {
                await work.NoteAsync(db, ledger => ledger.Notes.Add($"Version {newest.Number} has too few rows left to make a version without the erased ones."));
                continue;
            }

            await renewal.BeginAsync(db, newest, versions.Max(v => v.Number) + 1, (work.Erasure.AskedByUserId, work.Erasure.AskedByName), ct);
            return "A version without the rows is being frozen.";
        }

        return null;
    }

    /// <summary>The next marked rows of one holder; null where none are left.</summary>
    private async Task<(string HolderId, List<PersonErasureRow> Marks)?> NextAsync(PersonWork work, bool isFrozen, CancellationToken ct)
    {
        var erasureId = work.Erasure.Id;
        await using var db = await dbs.CreateDbContextAsync(ct);
        var marks = await db.PersonErasureRows.AsNoTracking().Where(r => r.ErasureId == erasureId && (r.Split != null) == isFrozen)
            .OrderBy(r => r.HolderId).ThenBy(r => r.Number).Take(AtOnce).ToListAsync(ct);
        return marks.Count is 0 ? null : (marks[0].HolderId, marks.FindAll(m => m.HolderId == marks[0].HolderId));
    }

    private static Task UnmarkAsync(PortalDbContext db, PersonWork work, string holderId, List<int> numbers, CancellationToken ct)
    {
        var erasureId = work.Erasure.Id;
        return db.PersonErasureRows.Where(r => r.ErasureId == erasureId && r.HolderId == holderId && numbers.Contains(r.Number)).ExecuteDeleteAsync(ct);
    }
}
