using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Deploy;

/// <summary>How deployments come behind an endpoint and leave it, in the caller's context: each is whole with its save, or has not been.</summary>
internal static class CanaryMoves
{
    /// <summary>What has passed its test takes the place it was approved for.</summary>
    public static async Task AdmitAsync(PortalDbContext db, Deployment deployment, int milliseconds, DateTime now, CancellationToken ct)
    {
        if (deployment.FirstPercent is 0 || deployment.DeployedAt is not null)
        {
            await DeploymentService.PutLiveAsync(db, deployment, now, ct);
            deployment.Passed(milliseconds, now);
            return;
        }

        var endpoint = await db.Endpoints.SingleAsync(e => e.Id == deployment.EndpointId, ct);
        if (endpoint.LiveDeploymentId is null)
        {
            deployment.FailedTest("Its test passed, but nothing is live here any more that it could stand beside. Deploy it in full.", now);
            return;
        }

        endpoint.BeginCanary(deployment.Id, deployment.FirstPercent, now);
        deployment.PassedAsCanary(milliseconds, now);
    }

    public static async Task<Deployment?> EndAsync(PortalDbContext db, Endpoint endpoint, string reason, DateTime now, CancellationToken ct)
    {
        if (endpoint.CanaryDeploymentId is not { } id)
        {
            return null;
        }

        var canary = await db.Deployments.SingleAsync(d => d.Id == id, ct);
        canary.EndCanary(reason, now);
        endpoint.EndCanary();
        return canary;
    }
}
