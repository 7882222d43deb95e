using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Deploy;

/// <summary>Deployments whose test was never begun, or was begun by a process that is gone.</summary>
public sealed class DeploymentSweep(IBackgroundJobClient work) : ISwept
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    public async Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct)
    {
        var before = now - s_patience;
        var lost = await db.Deployments.AsNoTracking()
            .Where(d => (d.State == DeploymentState.Draft && d.ApprovedAt < before) || (d.State == DeploymentState.Testing && d.TestingUntil < now))
            .OrderBy(d => d.ApprovedAt).Select(d => new { d.TenantId, d.Id }).Take(100).ToListAsync(ct);
        foreach (var deployment in lost)
        {
            work.Enqueue<SmokeWorker>(w => w.RunAsync(deployment.TenantId, deployment.Id, CancellationToken.None));
        }

        return lost.Count;
    }
}
