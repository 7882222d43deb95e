using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Portal.Features.Deploy;
using Portal.Persistence;

namespace Portal.Features.Monitor;

/// <summary>Endpoints that were called since their calls were last added up.</summary>
public sealed class RollupSweep(IBackgroundJobClient work) : ISwept
{
    public Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct)
    {
        var (cursors, calls) = (db.TrafficCursors, db.InferenceLogs.Where(l => l.Source == UsageSource.Endpoint));
        return db.Endpoints
            .Where(e => cursors.Any(c => c.TenantId == e.TenantId && c.EndpointId == e.Id)
                ? cursors.Any(c => c.TenantId == e.TenantId && c.EndpointId == e.Id && c.NextAt <= now && calls.Any(l => l.TenantId == e.TenantId && l.EndpointId == e.Id && l.At >= c.From))
                : calls.Any(l => l.TenantId == e.TenantId && l.EndpointId == e.Id))
            .OrderBy(e => e.CreatedAt)
            .WakeAsync(e => work.Enqueue<RollupWorker>(w => w.RunAsync(e.TenantId, e.Id, CancellationToken.None)), ct);
    }
}
