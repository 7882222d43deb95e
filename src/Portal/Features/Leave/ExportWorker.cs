using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Components;
using Portal.Features.Data;
using Portal.Persistence;
using Portal.Storage;

namespace Portal.Features.Leave;

/// <summary>
/// Writes the archive under a lease, from one snapshot of the database. Whoever takes it up after a crash begins again: a half-written
/// archive is worth nothing, and rows that changed meanwhile would not fit it.
/// </summary>
public sealed class ExportWorker(
    IDbContextFactory<PortalDbContext> dbs, TenantScope scope, BlobStore blobs, ArchiveWriter writer, IOptions<LeaveOptions> options, TimeProvider time, ILogger<ExportWorker> logger)
{
    private const int MaximumAttempts = 5;

    private LeaveOptions Options => options.Value;

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public async Task RunAsync(string tenantId, string exportId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        if (await ClaimAsync(exportId, ct) is not { LeaseToken: { } lease } export)
        {
            return;
        }

        try
        {
            await WriteAsync(export, lease, ct);
        }
        catch (StorageFullException full)
        {
            logger.LogError(full, "No room for export {ExportId}", exportId);
            await EndAsync(exportId, lease, e => e.Fail(NoRoom), ct);
        }
        catch (PortalException expected)
        {
            await EndAsync(exportId, lease, e => e.Fail(expected.Message), ct);
        }
        catch (LeaseLostException)
        {
            blobs.Delete(export.BlobName);
            logger.LogInformation("Export {ExportId} was taken up by another worker", exportId);
        }
        catch (Exception fault)
        {
            await ReleaseAsync(exportId, lease);
            logger.LogWarning(fault, "Export {ExportId} stopped and will begin again", exportId);
            throw;
        }
    }

    /// <summary>Takes the file of an export away whose time is over.</summary>
    public async Task ClearAsync(string tenantId, string exportId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.OrganizationExports.SingleOrDefaultAsync(e => e.Id == exportId, ct) is not { State: ExportState.Ready } export || export.ExpiresAt > Now)
        {
            return;
        }

        blobs.Delete(export.BlobName);
        export.Clear(ExportState.Expired);
        db.Audit("export.expired", export.AsTarget(), $"After {Options.KeepExportDays} days");
        await db.SaveChangesAsync(ct);
    }

    internal const string NoRoom = "There is no room for the archive on the portal's disk. Nothing is lost; tell whoever runs the portal, then export again.";

    private async Task WriteAsync(OrganizationExport export, string lease, CancellationToken ct)
    {
        if (export.Attempts > MaximumAttempts)
        {
            throw new PortalException($"The export was begun {MaximumAttempts} times and never ended. Tell whoever runs the portal, and name this export: {export.Id}.");
        }

        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var snapshot = await SealedAsync(db, export, ct);
        var content = await writer.MeasureAsync(db, ct);
        if (content.SourceBytes > Options.MaxArchiveBytes)
        {
            throw new PortalException($"The uploaded files alone have {Show.Bytes(content.SourceBytes)}; an archive takes at most {Show.Bytes(Options.MaxArchiveBytes)}. Ask whoever runs the portal to raise Leave:MaxArchiveBytes.");
        }

        if (blobs.FreeBytes - content.SourceBytes < Options.KeepFreeBytes)
        {
            throw new PortalException(NoRoom);
        }

        await TellAsync(export.Id, lease, 0, content.Rows, ct);
        var progress = new ArchiveProgress(time, done => TellAsync(export.Id, lease, done, content.Rows, ct));
        var (length, sha256) = await blobs.WriteAsync(
            export.BlobName, file => writer.WriteAsync(db, new LimitedStream(file, Options.MaxArchiveBytes, () => blobs.FreeBytes >= Options.KeepFreeBytes ? null : NoRoom), progress, ct), ct);
        await EndAsync(export.Id, lease, e => e.Finish(length, sha256, Now, Now.AddDays(Options.KeepExportDays)), ct);
        logger.LogInformation("Export {ExportId} written: {Rows} rows, {Bytes} bytes", export.Id, content.Rows, length);
    }

    /// <summary>
    /// A snapshot in which every frozen version has this export among its looks: its sealed rows leave with the archive, and who holds them
    /// has seen them. Looks are saved beforehand, so that none is forgotten by a crash.
    /// </summary>
    private async Task<IAsyncDisposable> SealedAsync(PortalDbContext db, OrganizationExport export, CancellationToken ct)
    {
        var reason = $"Exported with the organization ({export.Id})";
        while (true)
        {
            var snapshot = await db.BeginSnapshotAsync(ct);
            var open = await db.DatasetVersions.AsNoTracking()
                .Where(v => v.State == VersionState.Frozen && v.TestCount > 0 && !db.Set<SealedLook>().Any(l => l.VersionId == v.Id && l.Reason == reason)).Select(v => v.Id).ToListAsync(ct);
            if (open.Count is 0)
            {
                return snapshot;
            }

            await snapshot.DisposeAsync();
            await using var looks = await dbs.CreateDbContextAsync(ct);
            looks.SealedLooks.AddRange(open.Select(id => new SealedLook { VersionId = id, Reason = reason, UserId = export.AskedByUserId, UserName = export.AskedByName, At = Now }));
            await looks.SaveChangesAsync(ct);
        }
    }

    private async Task<OrganizationExport?> ClaimAsync(string exportId, CancellationToken ct)
    {
        var (lease, now, until) = (Guid.NewGuid().ToString("N"), Now, Now + Options.Lease);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var before = await db.OrganizationExports.AsNoTracking().Where(e => e.Id == exportId).Select(e => e.BlobName).SingleOrDefaultAsync(ct);
        var blob = $"export/{exportId}/{lease}";
        var claimed = await db.OrganizationExports.Where(e => e.Id == exportId && e.State == ExportState.Writing && (e.LeaseUntil == null || e.LeaseUntil < now))
            .ExecuteUpdateAsync(set => set.SetProperty(e => e.LeaseToken, lease).SetProperty(e => e.LeaseUntil, until).SetProperty(e => e.BlobName, blob)
                .SetProperty(e => e.Attempts, e => e.Attempts + 1).SetProperty(e => e.Version, e => e.Version + 1), ct);
        if (claimed is 0)
        {
            return null;
        }

        if (!string.IsNullOrEmpty(before))
        {
            blobs.Delete(before);
        }

        return await db.OrganizationExports.AsNoTracking().SingleOrDefaultAsync(e => e.Id == exportId && e.LeaseToken == lease, ct);
    }

    private async Task TellAsync(string exportId, string lease, long done, long total, CancellationToken ct)
    {
        var until = Now + Options.Lease;
        await using var db = await dbs.CreateDbContextAsync(ct);
        LeaseLostException.ThrowUnless(await db.OrganizationExports.Where(e => e.Id == exportId && e.LeaseToken == lease)
            .ExecuteUpdateAsync(set => set.SetProperty(e => e.LeaseUntil, until).SetProperty(e => e.Done, done).SetProperty(e => e.Total, total), ct) is 1);
    }

    private async Task EndAsync(string exportId, string lease, Action<OrganizationExport> end, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var export = await db.OrganizationExports.SingleAsync(e => e.Id == exportId, ct);
        LeaseLostException.ThrowUnless(export.LeaseToken == lease);
        end(export);
        if (export.State is not ExportState.Ready)
        {
            blobs.Delete(export.BlobName);
        }

        await db.SaveChangesAsync(ct);
    }

    private async Task ReleaseAsync(string exportId, string lease)
    {
        await using var db = await dbs.CreateDbContextAsync(CancellationToken.None);
        await db.OrganizationExports.Where(e => e.Id == exportId && e.LeaseToken == lease)
            .ExecuteUpdateAsync(set => set.SetProperty(e => e.LeaseUntil, (DateTime?)null), CancellationToken.None);
    }
}
