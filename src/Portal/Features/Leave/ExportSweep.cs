using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Leave;

/// <summary>Wakes exports that nobody writes, and those whose time is over.</summary>
public sealed class ExportSweep(IBackgroundJobClient jobs) : ISwept
{
    public async Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct)
    {
        var late = now - LostWork.Grace;
        var lost = await db.OrganizationExports.Where(e => e.State == ExportState.Writing && e.AskedAt < late && (e.LeaseUntil == null || e.LeaseUntil < now)).OrderBy(e => e.AskedAt)
            .WakeAsync(e => jobs.Enqueue<ExportWorker>(w => w.RunAsync(e.TenantId, e.Id, CancellationToken.None)), ct);
        var over = await db.OrganizationExports.Where(e => e.State == ExportState.Ready && e.ExpiresAt < now).OrderBy(e => e.ExpiresAt)
            .WakeAsync(e => jobs.Enqueue<ExportWorker>(w => w.ClearAsync(e.TenantId, e.Id, CancellationToken.None)), ct);
        return lost + over;
    }
}
