using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Storage;

namespace Portal.Features.Data;

/// <summary>
/// Reads an uploaded file into examples. A step holds a lease that each batch renews in its own transaction, so a worker that
/// was thought dead can write nothing more; whoever takes the import up deletes what is there and begins again.
/// </summary>
public sealed class ImportWorker(
    IDbContextFactory<PortalDbContext> dbs, TenantScope scope, BlobStore blobs, SourceReader readers, StandingRight right, IVendorLimits limits, MediaCleaner cleaner, IOptions<DataOptions> options, TimeProvider time, ILogger<ImportWorker> logger)
{
    private const int MaximumAttempts = 5;

    private DataOptions Options => options.Value;

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public async Task RunAsync(string tenantId, string importId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        if (await ClaimAsync(importId, ct) is not { } lease)
        {
            return;
        }

        try
        {
            await ImportAsync(importId, lease, ct);
        }
        catch (PortalException expected)
        {
            await FailAsync(importId, lease, expected, ct);
            await DeleteRowsAsync(importId, () => Task.CompletedTask, ct);
            await cleaner.ClearAsync(importId, ct);
        }
        catch (LeaseLostException)
        {
            logger.LogInformation("Import {ImportId} was taken up by another worker", importId);
        }
        catch (Exception fault)
        {
            // Whoever comes next need not wait for the lease to run out.
            await ReleaseAsync(importId, lease);
            logger.LogWarning(fault, "Import {ImportId} stopped and will begin again", importId);
            throw;
        }
    }

    /// <summary>Deletes the rows of an import that another one replaced.</summary>
    public async Task ClearAsync(string tenantId, string importId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var isFreezing = await db.DatasetVersions.AnyAsync(v => v.ImportId == importId && v.State == VersionState.Freezing, ct);
        if (!isFreezing && await db.DatasetImports.AnyAsync(i => i.Id == importId && i.State == ImportState.Replaced && i.HasRows, ct))
        {
            await DeleteRowsAsync(importId, () => Task.CompletedTask, ct);
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            if (await db.DatasetImports.Where(i => i.Id == importId && i.HasRows).ExecuteUpdateAsync(set => set.SetProperty(i => i.HasRows, false), ct) is 1)
            {
                db.Audit("data.removed", (await db.DatasetImports.AsNoTracking().SingleAsync(i => i.Id == importId, ct)).AsTarget(), "A later file took its place; frozen versions keep their rows");
                await db.SaveChangesAsync(ct);
            }

            await transaction.CommitAsync(ct);
            await cleaner.ClearAsync(importId, ct);
        }
    }

    private async Task ImportAsync(string importId, string lease, CancellationToken ct)
    {
        DatasetImport import;
        await using (var db = await dbs.CreateDbContextAsync(ct))
        {
            import = await db.DatasetImports.AsNoTracking().SingleAsync(i => i.Id == importId, ct);
        }

        await right.RequireAsync(import.StartedByUserId, Permission.ChangeData, import.ProjectId, ct);
        if (import.Attempts > MaximumAttempts)
        {
            throw new PortalException($"Reading this file was begun {MaximumAttempts} times and never ended. Try again; if it happens again, split the file.");
        }

        await DeleteRowsAsync(importId, () => RenewAsync(importId, lease, ct), ct);
        await using var file = Open(import);
        var mapping = import.Mapping ?? throw new PortalException("Nobody has said which columns matter. Choose them, then import again.");
        using var source = readers.OpenForWork(file, import.Layout, ct);
        using var media = await OpenMediaAsync(import, source, ct);
        using var records = source.Rows(import.Layout, mapping.Columns);
        var checks = new RowChecks(importId, new VendorLimits(await limits.OfAsync(import.ProjectId, ct))) { WrittenByModels = await WrittenByModelsAsync(import, records, ct) };
        await using var rows = new RowPipeline(records, mapping, checks, file, Options, ct);
        try
        {
            await new ReadAhead(rows, checks, media, Options, time).EachAsync(batch => SaveAsync(import, lease, batch, ct), ct);
        }
        catch (PortalException)
        {
            await KeepNewAsync(importId, lease, media, ct);
            throw;
        }

        if (checks.Accepted is 0)
        {
            throw new PortalException(checks.Read is 0
                ? "The file has a header and no rows below it. Add examples and upload it again."
                : $"None of the {checks.Read:N0} rows can be used. {FirstProblem(checks)} Check the columns, the delimiter and the encoding, then import again.");
        }

        await FinishAsync(import, lease, checks, media, ct);
        logger.LogInformation("Import {ImportId} took {Accepted} of {Read} rows", importId, checks.Accepted, checks.Read);
    }

    /// <summary>For a table that was downloaded here, from which the mark of a synthetic row may have been lost: what models wrote for the project.</summary>
    private async Task<HashSet<UInt128>> WrittenByModelsAsync(DatasetImport import, RecordReader records, CancellationToken ct)
    {
        HashSet<UInt128> written = [];
        if (DownloadedTable.HasColumns(records.Columns))
        {
            await using var db = await dbs.CreateDbContextAsync(ct);
            var versions = db.DatasetVersions.Where(v => v.ProjectId == import.ProjectId && v.SyntheticCount > 0).Select(v => v.Id);
            await foreach (var input in db.FrozenExamples.Where(f => versions.Contains(f.VersionId) && f.IsSynthetic).Select(f => f.Input).AsAsyncEnumerable().WithCancellation(ct))
            {
                written.Add(TextKey.Of(input));
            }
        }

        return written;
    }

    private async Task<MediaImport> OpenMediaAsync(DatasetImport import, UploadedSource source, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var files = new MediaFiles(MediaShelf.Of(source, import.Layout), () => blobs.OpenRead(import.BlobName), upload => readers.OpenForMedia(upload, ct));
        return await MediaImport.OpenAsync(db, blobs, import, files, Options, Now, ct);
    }

    /// <summary>What was unpacked for rows that are not saved any more: written down, so that it is found and cleared.</summary>
    private async Task KeepNewAsync(string importId, string lease, MediaImport media, CancellationToken ct)
    {
        await RenewAsync(importId, lease, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        media.AddNew(db);
        await db.SaveChangesAsync(ct);
    }

    private async Task SaveAsync(DatasetImport import, string lease, ReadBatch batch, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var (read, accepted, position, until) = (batch.Read, batch.Accepted, batch.Position, Now + Options.Lease);
        var held = await db.DatasetImports.Where(i => i.Id == import.Id && i.LeaseToken == lease).ExecuteUpdateAsync(
            set => set.SetProperty(i => i.ReadCount, read).SetProperty(i => i.AcceptedCount, accepted).SetProperty(i => i.SetAsideCount, read - accepted)
                .SetProperty(i => i.BytesRead, position).SetProperty(i => i.LeaseUntil, until), ct);
        LeaseLostException.ThrowUnless(held is 1);
        db.MediaFiles.AddRange(batch.Media);
        await db.SaveChangesAsync(ct);
        await db.InsertAsync(batch.Rows, ct);
        await transaction.CommitAsync(ct);
    }

    private async Task FinishAsync(DatasetImport import, string lease, RowChecks checks, MediaImport media, CancellationToken ct)
    {
        await AddSealedAsync(import, checks, ct);
        var found = checks.Conclude(media.Unused);
        foreach (var (finding, rows) in found)
        {
            await SaveFindingAsync(import.Id, lease, finding, rows, ct);
        }

        await using var db = await dbs.CreateDbContextAsync(ct);
        await media.RequireThereAsync(db, ct);
        var finished = await db.DatasetImports.SingleAsync(i => i.Id == import.Id, ct);
        LeaseLostException.ThrowUnless(finished.LeaseToken == lease);
        finished.Finish(checks.Read, checks.Accepted, checks.DistinctOutputs, Now);

        var dataset = await db.Datasets.SingleOrDefaultAsync(d => d.ProjectId == import.ProjectId, ct);
        if (dataset is null)
        {
            db.Datasets.Add(dataset = new Dataset { ProjectId = import.ProjectId });
        }
        else if (await db.DatasetImports.SingleOrDefaultAsync(i => i.Id == dataset.WorkingImportId, ct) is { } replaced && replaced.Id != import.Id)
        {
            replaced.Replace();
        }

        dataset.WorkOn(finished);
        db.Audit("import.finished", finished.AsTarget(), $"Took {checks.Accepted:N0} of {checks.Read:N0} rows");
        await db.SaveChangesAsync(ct);
    }

    private async Task SaveFindingAsync(string importId, string lease, Finding finding, IReadOnlyList<ConcernedRow> rows, CancellationToken ct)
    {
        await using (var db = await dbs.CreateDbContextAsync(ct))
        {
            db.Findings.Add(finding);
            await db.SaveChangesAsync(ct);
        }

        foreach (var chunk in rows.Chunk(Options.BatchRows))
        {
            await RenewAsync(importId, lease, ct);
            await using var db = await dbs.CreateDbContextAsync(ct);
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            await db.InsertAsync([.. chunk.Select(r => new FindingRow { FindingId = finding.Id, Number = r.Number, Related = r.Related })], ct);
            await transaction.CommitAsync(ct);
        }
    }

    /// <summary>The sealed rows of the project's newest version, unless it was made of this very file.</summary>
    private async Task AddSealedAsync(DatasetImport import, RowChecks checks, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var versionId = await db.DatasetVersions.Where(v => v.ProjectId == import.ProjectId && v.State == VersionState.Frozen && v.ImportId != import.Id)
            .OrderByDescending(v => v.Number).Select(v => v.Id).FirstOrDefaultAsync(ct);
        await foreach (var (input, content) in SealedInputs.OfAsync(db, versionId, ct))
        {
            checks.AddSealed(input, content);
        }
    }

    private async Task DeleteRowsAsync(string importId, Func<Task> renew, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        await ImportedRows.DeleteAsync(db, importId, Options.BatchRows, renew, ct);
    }

    private async Task<string?> ClaimAsync(string importId, CancellationToken ct)
    {
        var (lease, now, until) = (Guid.NewGuid().ToString("N"), Now, Now + Options.Lease);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var claimed = await db.DatasetImports
            .Where(i => i.Id == importId && (i.State == ImportState.Mapped || i.State == ImportState.Importing) && (i.LeaseUntil == null || i.LeaseUntil < now))
            .ExecuteUpdateAsync(set => set.SetProperty(i => i.State, ImportState.Importing).SetProperty(i => i.LeaseToken, lease).SetProperty(i => i.LeaseUntil, until)
                .SetProperty(i => i.Attempts, i => i.Attempts + 1).SetProperty(i => i.StartedAt, now).SetProperty(i => i.Version, i => i.Version + 1), ct);
        return claimed is 1 ? lease : null;
    }

    private async Task RenewAsync(string importId, string lease, CancellationToken ct)
    {
        var until = Now + Options.Lease;
        await using var db = await dbs.CreateDbContextAsync(ct);
        LeaseLostException.ThrowUnless(await db.DatasetImports.Where(i => i.Id == importId && i.LeaseToken == lease)
            .ExecuteUpdateAsync(set => set.SetProperty(i => i.LeaseUntil, until), ct) is 1);
    }

    private async Task ReleaseAsync(string importId, string lease)
    {
        await using var db = await dbs.CreateDbContextAsync(CancellationToken.None);
        await db.DatasetImports.Where(i => i.Id == importId && i.LeaseToken == lease)
            .ExecuteUpdateAsync(set => set.SetProperty(i => i.LeaseUntil, (DateTime?)null), CancellationToken.None);
    }

    private async Task FailAsync(string importId, string lease, PortalException why, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var import = await db.DatasetImports.SingleAsync(i => i.Id == importId, ct);
        if (import.LeaseToken == lease)
        {
            import.Fail(why.Message);
            // Of the cause only what quotes no file: the others stand beside the file, for those who may see it.
            db.Audit(why is RightGoneException ? StandingRight.Action : "import.failed", import.AsTarget(), why is RightGoneException ? why.Message : "",
                why is RightGoneException ? AuditOutcome.Denied : AuditOutcome.Done);
            await db.SaveChangesAsync(ct);
        }
    }

    private Stream Open(DatasetImport import)
    {
        try
        {
            return blobs.OpenRead(import.BlobName);
        }
        catch (IOException missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new PortalException("The uploaded file is no longer there. Upload it again.");
        }
    }

    private static string FirstProblem(RowChecks checks) =>
        checks.Conclude([]).Select(f => f.Finding).OrderByDescending(f => f.Count).FirstOrDefault(f => f.HasRows) is { } first ? first.Title + "." : "";
}
