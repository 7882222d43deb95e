using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Data;

public sealed class FailedImports(IBackgroundJobClient jobs) : IFailedWork
{
    public string Kind => "Import";

    public string? WhyNotAgain => null;

    public IQueryable<FailedItem> Of(PortalDbContext db) => db.DatasetImports.Where(i => i.State == ImportState.Failed)
        .Select(i => new FailedItem { TenantId = i.TenantId, Id = i.Id, ProjectId = i.ProjectId, At = i.StartedAt ?? i.UploadedAt, Attempts = i.Attempts, Stored = i.Failure });

    public IQueryable<FailedItem> WaitingOf(PortalDbContext db, DateTime now) => db.DatasetImports.Where(i => i.State == ImportState.Importing && (i.Attempts > 1 || i.LeaseUntil == null || i.LeaseUntil < now))
        .Select(i => new FailedItem { TenantId = i.TenantId, Id = i.Id, ProjectId = i.ProjectId, At = i.StartedAt ?? i.UploadedAt, Attempts = i.Attempts });

    public string CauseOf(string stored) => stored is "" ? "It stopped before its end and is begun again." : PlainCause.Of(stored, "The file could not be read the way its columns were chosen. Why stands beside the file, for those who may see it.");

    public async Task<Action?> AgainAsync(PortalDbContext db, string id, DateTime now, CancellationToken ct)
    {
        if (await db.DatasetImports.SingleOrDefaultAsync(i => i.Id == id && (i.State == ImportState.Failed || i.State == ImportState.Importing), ct) is not { Mapping: { } mapping } import)
        {
            return null;
        }

        // What came later is what the project works on now; an older file must not take its place.
        var isPast = await db.DatasetImports.AnyAsync(i => i.ProjectId == import.ProjectId && i.Id != id && (i.State == ImportState.Mapped || i.State == ImportState.Importing
            || (i.State == ImportState.Imported && i.ImportedAt >= import.UploadedAt)), ct);
        if (import.State is ImportState.Failed)
        {
            if (isPast)
            {
                throw new PortalException("Another file of that project was imported since, or is being imported: this one would take its place. Nothing was done.");
            }

            import.Map(import.Layout, mapping, import.Shape, import.StartedByUserId);
        }

        var tenantId = import.TenantId;
        return () => jobs.Enqueue<ImportWorker>(w => w.RunAsync(tenantId, id, CancellationToken.None));
    }
}
