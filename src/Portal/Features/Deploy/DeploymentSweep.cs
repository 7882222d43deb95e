using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Deploy;

/// <summary>Deployments whose test was never begun, or was begun by a process that is gone.</summary>
public sealed class DeploymentSweep(IBackgroundJobClient work) : ISwept
{
    public Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct)
    {
        var before = now - LostWork.Grace;
        return db.Deployments.OfServedTenants(db)
            .Where(d => (d.State == DeploymentState.Draft && (d.ReturnedAt ?? d.ApprovedAt) < before) || (d.State == DeploymentState.Testing && d.TestingUntil < now))
            .OrderBy(d => d.ApprovedAt)
            .WakeAsync(d => work.Enqueue<SmokeWorker>(w => w.RunAsync(d.TenantId, d.Id, CancellationToken.None)), ct);
    }
}
