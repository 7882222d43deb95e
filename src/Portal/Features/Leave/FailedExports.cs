using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Leave;

public sealed class FailedExports(IBackgroundJobClient jobs) : IFailedWork
{
    public string Kind => "Export";

    public string? WhyNotAgain => null;

    public IQueryable<FailedItem> Of(PortalDbContext db) => db.OrganizationExports.Where(e => e.State == ExportState.Failed)
        .Select(e => new FailedItem { TenantId = e.TenantId, Id = e.Id, At = e.AskedAt, Attempts = e.Attempts, Stored = e.Failure });

    public IQueryable<FailedItem> WaitingOf(PortalDbContext db, DateTime now) => db.OrganizationExports.Where(e => e.State == ExportState.Writing && e.Attempts > 0 && (e.Attempts > 1 || e.LeaseUntil == null || e.LeaseUntil < now))
        .Select(e => new FailedItem { TenantId = e.TenantId, Id = e.Id, At = e.AskedAt, Attempts = e.Attempts });

    public string CauseOf(string stored) => stored is "" ? "It stopped before its end and is begun again." : PlainCause.Of(
        stored, "The archive could not be written. The log knows more under this id.", (ExportWorker.NoRoom, ExportWorker.NoRoom));

    /// <summary>A new one takes the place of the newest, for whoever asked; its file is theirs to fetch, nobody else's.</summary>
    public async Task<Action?> AgainAsync(PortalDbContext db, string id, DateTime now, CancellationToken ct)
    {
        if (await db.OrganizationExports.AsNoTracking().OrderByDescending(e => e.AskedAt).ThenByDescending(e => e.Id).FirstOrDefaultAsync(ct) is not { } newest || newest.Id != id)
        {
            return null;
        }

        var (tenantId, export) = (newest.TenantId, newest);
        if (newest.State is ExportState.Failed)
        {
            export = newest.Again(now);
            db.OrganizationExports.Add(export);
            db.Audit("export.asked", export.AsTarget());
        }

        return newest.State is ExportState.Failed or ExportState.Writing ? () => jobs.Enqueue<ExportWorker>(w => w.RunAsync(tenantId, export.Id, CancellationToken.None)) : null;
    }
}
