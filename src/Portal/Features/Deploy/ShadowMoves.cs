using Microsoft.EntityFrameworkCore;
using Portal.Persistence;
using Portal.Features.Tenancy;

namespace Portal.Features.Deploy;

/// <summary>How a shadow run ends, in the caller's context: the run, the endpoint's reference and the log are one save.</summary>
internal static class ShadowMoves
{
    /// <summary>False where it had ended, or somebody else ends it at this moment.</summary>
    public static async Task<bool> EndAsync(PortalDbContext db, string runId, string reason, CancellationToken ct)
    {
        var run = await db.ShadowRuns.SingleAsync(r => r.Id == runId, ct);
        if (run.State is ShadowState.Ended)
        {
            return false;
        }

        var endpoint = await db.Endpoints.SingleAsync(e => e.Id == run.EndpointId, ct);
        run.End(reason, db.Now);
        if (endpoint.ShadowRunId == run.Id)
        {
            endpoint.EndShadow();
        }

        db.Audit("shadow.ended", run.AsTarget(), reason);
        return await db.TrySaveAsync(ct);
    }
}
