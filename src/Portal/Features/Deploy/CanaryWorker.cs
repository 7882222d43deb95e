using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Deploy;

/// <summary>
/// Holds a canary's figures against its limits, and takes it back where it is worse: its end, the entry in the log and the owners' mail are
/// one save. Running it twice, or on two nodes at once, changes nothing more.
/// </summary>
public sealed class CanaryWorker(
    TenantScope scope, IDbContextFactory<PortalDbContext> dbs, CanaryFigures figures, OwnerMail mail, IOptions<DeployOptions> options, TimeProvider time, ILogger<CanaryWorker> logger)
{
    public async Task RunAsync(string tenantId, string endpointId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var now = time.GetUtcNow().UtcDateTime;
        if (await Due(db, now, options.Value.CanaryEvery).Where(e => e.Id == endpointId).ExecuteUpdateAsync(set => set.SetProperty(e => e.CanaryCheckedAt, now), ct) is 0)
        {
            return;
        }

        var endpoint = await db.Endpoints.SingleAsync(e => e.Id == endpointId, ct);
        var crossed = (await figures.ReadAsync(db, endpoint, ct)).Where(r => r.Verdict is GuardVerdict.Crossed).ToList();
        if (crossed.Count is 0)
        {
            return;
        }

        var reason = $"Taken back by itself at {endpoint.CanaryPercent} % of the calls. {string.Join(' ', crossed.Select(CanaryWords.Reason))}";
        if (await CanaryMoves.EndAsync(db, endpoint, reason, now, ct) is not { } canary)
        {
            return;
        }

        db.Audit("canary.stopped", DeploymentService.TargetOf(canary), reason);
        var letters = await mail.AddAsync(db, $"The canary of {endpoint.Name} was taken back", $"""
            {canary.CandidateName}, number {canary.Number} of {endpoint.Name}, was compared with what is live and was worse. What is live answers every call again.

            {reason}

            The calls that it answered stay on record under Monitor. It can be deployed again once you know why.
            """, ct);
        if (await db.TrySaveAsync(ct))
        {
            mail.Wake(tenantId, letters);
            logger.LogWarning("The canary {Deployment} was taken back: {Measures}", canary.Id, string.Join(", ", crossed.Select(r => r.Measure)));
        }
    }

    internal static IQueryable<Endpoint> Due(PortalDbContext db, DateTime now, TimeSpan every)
    {
        var before = now - every;
        return db.Endpoints.Where(e => e.CanaryDeploymentId != null && (e.CanaryCheckedAt == null || e.CanaryCheckedAt <= before));
    }
}

/// <summary>Canaries whose figures have not been looked at for a minute.</summary>
public sealed class CanarySweep(IBackgroundJobClient work, IOptions<DeployOptions> options) : ISwept
{
    public Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct) =>
        CanaryWorker.Due(db, now, options.Value.CanaryEvery).OfServedTenants(db).OrderBy(e => e.CreatedAt)
            .WakeAsync(e => work.Enqueue<CanaryWorker>(w => w.RunAsync(e.TenantId, e.Id, CancellationToken.None)), ct);
}
