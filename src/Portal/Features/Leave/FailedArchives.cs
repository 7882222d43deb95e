using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Leave;

/// <summary>Archives that were refused, and imports that do not get on.</summary>
public sealed class FailedArchives(IBackgroundJobClient jobs) : IFailedWork
{
    public string Kind => "Archive";

    public string? WhyNotAgain => "The file went with the refusal; its owner uploads it again.";

    public IQueryable<FailedItem> Of(PortalDbContext db) => db.OrganizationImports.Where(i => i.State == ArchiveImportState.Failed)
        .Select(i => new FailedItem { TenantId = i.TenantId, Id = i.Id, At = i.MovedAt, Attempts = i.Attempts, Stored = i.Failure });

    public IQueryable<FailedItem> WaitingOf(PortalDbContext db, DateTime now) => db.OrganizationImports
        .Where(i => (i.State == ArchiveImportState.Checking || i.State == ArchiveImportState.Importing) && i.Attempts > 0 && (i.Attempts > 1 || i.LeaseUntil == null || i.LeaseUntil < now))
        .Select(i => new FailedItem { TenantId = i.TenantId, Id = i.Id, At = i.MovedAt, Attempts = i.Attempts });

    // What was stored quotes the archive.
    public string CauseOf(string stored) => stored is "" ? "It stopped before its end and is begun again." : "The archive was refused; its owner reads why. The log knows more under this id.";

    public async Task<Action?> AgainAsync(PortalDbContext db, string id, DateTime now, CancellationToken ct)
    {
        if (await db.OrganizationImports.AsNoTracking().SingleOrDefaultAsync(i => i.Id == id, ct) is not { State: ArchiveImportState.Checking or ArchiveImportState.Importing } import)
        {
            return null;
        }

        var tenantId = import.TenantId;
        return () => jobs.Enqueue<ArchiveImportWorker>(w => w.RunAsync(tenantId, id, CancellationToken.None));
    }
}
