using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Features.Data;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Storage;

namespace Portal.Features.Leave;

/// <summary>
/// Reads an uploaded archive through, and once an owner has agreed takes it in: files first, then every row and every figure in one
/// transaction. Whoever takes it up after a crash begins again; nothing was there before the transaction's end.
/// </summary>
public sealed class ArchiveImportWorker(
    IDbContextFactory<PortalDbContext> dbs, TenantScope scope, BlobStore blobs, ArchiveImporter importer, StandingRight right, IOptions<LeaveOptions> options,
    TimeProvider time, ILogger<ArchiveImportWorker> logger)
{
    private const int MaximumAttempts = 5;

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public async Task RunAsync(string tenantId, string importId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        if (await ClaimAsync(importId, ct) is not { LeaseToken: { } lease } import)
        {
            return;
        }

        try
        {
            await (import.State is ArchiveImportState.Checking ? CheckAsync(import, lease, ct) : ImportAsync(import, lease, ct));
        }
        catch (PortalException expected)
        {
            await FailAsync(import, lease, expected.Message, ct);
            logger.LogInformation(expected, "Import {ImportId} was refused", importId);
        }
        catch (LeaseLostException)
        {
            logger.LogInformation("Import {ImportId} was taken up by another worker", importId);
        }
        catch (Exception fault)
        {
            await ReleaseAsync(importId, lease);
            logger.LogWarning(fault, "Import {ImportId} stopped and will begin again", importId);
            throw;
        }
    }

    /// <summary>Takes away what nobody went on with.</summary>
    public async Task ClearAsync(string tenantId, string importId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        var before = Now - options.Value.KeepImport;
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.OrganizationImports.SingleOrDefaultAsync(i => i.Id == importId && i.MovedAt < before, ct) is not { State: ArchiveImportState.Receiving or ArchiveImportState.Ready } import)
        {
            return;
        }

        import.Discard(Now);
        db.Audit("archive.discarded", import.AsTarget(), $"After {options.Value.KeepImport.TotalDays:0.#} days");
        await db.SaveChangesAsync(ct);
        for (var part = 0; part < import.PartCount; part++)
        {
            blobs.Delete(import.BlobOf(part));
        }

        blobs.Delete(import.BlobName);
    }

    private async Task CheckAsync(OrganizationImport import, string lease, CancellationToken ct)
    {
        RefuseHopeless(import);
        ImportPreview preview;
        await using (var db = await dbs.CreateDbContextAsync(ct))
        await using (var file = blobs.OpenRead(import.BlobName))
        {
            preview = await importer.CheckAsync(db, file, import.Id, Pulse(import.Id, lease, ct), ct);
        }

        await using var save = await dbs.CreateDbContextAsync(ct);
        (await RequireAsync(save, import.Id, lease, ct)).Offer(preview, Now);
        await save.SaveChangesAsync(ct);
        logger.LogInformation("Archive {ImportId} was read through", import.Id);
    }

    private async Task ImportAsync(OrganizationImport import, string lease, CancellationToken ct)
    {
        RefuseHopeless(import);
        await right.RequireAsync(import.ConfirmedByUserId, Permission.ImportOrganization, "", ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        await using (var file = blobs.OpenRead(import.BlobName))
        {
            await importer.WriteFilesAsync(db, file, import.Id, Pulse(import.Id, lease, ct), ct);
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            // From here on the row is this transaction's: whoever would take the import up waits for its end, and finds it done.
            LeaseLostException.ThrowUnless(await db.OrganizationImports.Where(i => i.Id == import.Id && i.LeaseToken == lease && i.State == ArchiveImportState.Importing)
                .ExecuteUpdateAsync(set => set.SetProperty(i => i.Version, i => i.Version + 1), ct) is 1);
            if (await EmptyOrganization.ObstaclesAsync(db, ct) is { Count: > 0 } obstacles)
            {
                throw new PortalException(EmptyOrganization.Refusal(obstacles));
            }

            var (report, audit) = await importer.TakeInAsync(db, file, import.Id, ct);
            var done = await RequireAsync(db, import.Id, lease, ct);
            if (audit is not null)
            {
                db.ImportedAuditLogs.Add(audit);
            }

            done.Finish(report, Now);
            db.Audit("archive.imported", done.AsTarget(), $"SHA-256 {import.Sha256}; {report.Rows:N0} rows{(audit is null ? "" : $"; its audit log: SHA-256 {audit.Sha256}, entry {audit.EndSequence} {audit.EndHash}")}");
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
        }

        blobs.Delete(import.BlobName);
        logger.LogInformation("Import {ImportId} is done", import.Id);
    }

    private static void RefuseHopeless(OrganizationImport import)
    {
        if (import.Attempts > MaximumAttempts)
        {
            throw new PortalException($"The import was begun {MaximumAttempts} times and never ended. Tell whoever runs the portal, and name this import: {import.Id}.");
        }
    }

    private async Task FailAsync(OrganizationImport import, string lease, string why, CancellationToken ct)
    {
        // Before the row says so: files that are still there when it does would never be cleared.
        ImportBlobs.Sweep(blobs, import.Id, import.Preview?.Files ?? 0);
        blobs.Delete(import.BlobName);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var failed = await RequireAsync(db, import.Id, lease, ct);
        failed.Fail(why, Now);
        db.Audit("archive.refused", failed.AsTarget(), why);
        await db.SaveChangesAsync(ct);
    }

    /// <summary>Keeps the lease and tells how far it is, at most once in two seconds.</summary>
    private Func<long, Task> Pulse(string importId, string lease, CancellationToken ct)
    {
        var last = 0L;
        var progress = new ArchiveProgress(time, done => TellAsync(importId, lease, done, ct));
        return async done =>
        {
            var more = done - last;
            last = done;
            await progress.StepAsync(more);
        };
    }

    private async Task TellAsync(string importId, string lease, long done, CancellationToken ct)
    {
        var until = Now + options.Value.Lease;
        await using var db = await dbs.CreateDbContextAsync(ct);
        LeaseLostException.ThrowUnless(await db.OrganizationImports.Where(i => i.Id == importId && i.LeaseToken == lease)
            .ExecuteUpdateAsync(set => set.SetProperty(i => i.LeaseUntil, until).SetProperty(i => i.Done, done), ct) is 1);
    }

    private static async Task<OrganizationImport> RequireAsync(PortalDbContext db, string importId, string lease, CancellationToken ct)
    {
        var import = await db.OrganizationImports.SingleAsync(i => i.Id == importId, ct);
        LeaseLostException.ThrowUnless(import.LeaseToken == lease);
        return import;
    }

    private async Task<OrganizationImport?> ClaimAsync(string importId, CancellationToken ct)
    {
        var (lease, now, until) = (Guid.NewGuid().ToString("N"), Now, Now + options.Value.Lease);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var claimed = await db.OrganizationImports
            .Where(i => i.Id == importId && (i.State == ArchiveImportState.Checking || i.State == ArchiveImportState.Importing) && (i.LeaseUntil == null || i.LeaseUntil < now))
            .ExecuteUpdateAsync(set => set.SetProperty(i => i.LeaseToken, lease).SetProperty(i => i.LeaseUntil, until)
                .SetProperty(i => i.Attempts, i => i.Attempts + 1).SetProperty(i => i.Version, i => i.Version + 1), ct);
        return claimed is 0 ? null : await db.OrganizationImports.AsNoTracking().SingleOrDefaultAsync(i => i.Id == importId && i.LeaseToken == lease, ct);
    }

    private async Task ReleaseAsync(string importId, string lease)
    {
        await using var db = await dbs.CreateDbContextAsync(CancellationToken.None);
        await db.OrganizationImports.Where(i => i.Id == importId && i.LeaseToken == lease)
            .ExecuteUpdateAsync(set => set.SetProperty(i => i.LeaseUntil, (DateTime?)null), CancellationToken.None);
    }
}
