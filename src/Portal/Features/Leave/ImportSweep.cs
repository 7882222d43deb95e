using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Persistence;

namespace Portal.Features.Leave;

/// <summary>Imports that nobody works on any more, and archives that nobody went on with.</summary>
public sealed class ImportSweep(IBackgroundJobClient jobs, IOptions<LeaveOptions> options) : ISwept
{
    public async Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct)
    {
        var lost = await db.OrganizationImports
            .Where(i => (i.State == ArchiveImportState.Checking || i.State == ArchiveImportState.Importing) && (i.LeaseUntil == null || i.LeaseUntil < now))
            .OrderBy(i => i.MovedAt).WakeAsync(i => jobs.Enqueue<ArchiveImportWorker>(w => w.RunAsync(i.TenantId, i.Id, CancellationToken.None)), ct);
        var before = now - options.Value.KeepImport;
        return lost + await db.OrganizationImports
            .Where(i => (i.State == ArchiveImportState.Receiving || i.State == ArchiveImportState.Ready) && i.MovedAt < before)
            .OrderBy(i => i.MovedAt).WakeAsync(i => jobs.Enqueue<ArchiveImportWorker>(w => w.ClearAsync(i.TenantId, i.Id, CancellationToken.None)), ct);
    }
}
