using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Storage;

namespace Portal.Features.Leave;

public sealed class ExportService(
    IDbContextFactory<PortalDbContext> dbs, TenantScope scope, CurrentMember current, BlobStore blobs, IBackgroundJobClient jobs, TimeProvider time)
{
    private const int Shown = 10;

    public bool IsAllowed => current.May(Permission.ExportOrganization);

    /// <summary>The newest exports; none for those who may not have them.</summary>
    public async Task<IReadOnlyList<OrganizationExport>> ListAsync(CancellationToken ct)
    {
        if (!IsAllowed)
        {
            return [];
        }

        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.OrganizationExports.AsNoTracking().OrderByDescending(e => e.AskedAt).ThenByDescending(e => e.Id).Take(Shown).ToListAsync(ct);
    }

    public async Task<OrganizationExport> StartAsync(CancellationToken ct)
    {
        current.Require(Permission.ExportOrganization);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var export = new OrganizationExport { AskedByUserId = current.UserId, AskedByName = current.UserName, AskedAt = time.GetUtcNow().UtcDateTime };
        db.OrganizationExports.Add(export);
        db.Audit("export.asked", export.AsTarget());
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException taken)
        {
            throw new PortalException("An export of this organization is being written already. Wait until it is done.", taken);
        }

        var (tenantId, exportId) = (scope.TenantId, export.Id);
        jobs.Enqueue<ExportWorker>(w => w.RunAsync(tenantId, exportId, CancellationToken.None));
        return export;
    }

    /// <summary>Opens the archive for somebody who takes it, or a part of it, away. That stands in the log before the first byte leaves.</summary>
    public async Task<(OrganizationExport Export, Stream Content)> OpenAsync(string exportId, string range, CancellationToken ct)
    {
        current.Require(Permission.ExportOrganization);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var export = await db.OrganizationExports.SingleOrDefaultAsync(e => e.Id == exportId, ct) ?? throw new NotFoundException("export");
        if (export.State is not ExportState.Ready || export.ExpiresAt <= time.GetUtcNow().UtcDateTime || !blobs.Exists(export.BlobName))
        {
            throw new PortalException(export.State is ExportState.Writing ? "This export is still being written." : "The file of this export is no longer there. Export the organization again.");
        }

        db.Audit("export.downloaded", export.AsTarget(), range is "" ? "All of it" : $"A part of it: {range}");
        await db.SaveChangesAsync(ct);
        return (export, blobs.OpenRead(export.BlobName));
    }

    /// <summary>Before its time is over.</summary>
    public async Task DeleteAsync(string exportId, CancellationToken ct)
    {
        current.Require(Permission.ExportOrganization);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var export = await db.OrganizationExports.SingleOrDefaultAsync(e => e.Id == exportId, ct) ?? throw new NotFoundException("export");
        if (export.State is not ExportState.Ready)
        {
            throw new PortalException("There is no file of this export to delete. Load the page again.");
        }

        blobs.Delete(export.BlobName);
        export.Clear(ExportState.Deleted);
        db.Audit("export.deleted", export.AsTarget());
        await db.SaveChangesAsync(ct);
    }
}
