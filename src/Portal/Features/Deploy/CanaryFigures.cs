using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Features.Billing;
using Portal.Persistence;

namespace Portal.Features.Deploy;

/// <summary>What is thought of a deployment's answers.</summary>
public sealed record Votes(long Thumbs, long Down);

/// <summary>Counts, by deployment, the thumbs that callers' answers since a moment were given.</summary>
public interface IAnswerVotes
{
    Task<IReadOnlyDictionary<string, Votes>> CountAsync(PortalDbContext db, string endpointId, DateTime from, CancellationToken ct);
}

/// <summary>Reads both sides of a canary off the calls on record, in a context of the caller's.</summary>
public sealed class CanaryFigures(IAnswerVotes votes, IOptions<DeployOptions> options)
{
    /// <summary>Of each side, the latest.</summary>
    public const int LatencySample = 2_000;

    /// <summary>Empty where there is no canary.</summary>
    internal async Task<IReadOnlyList<GuardRow>> ReadAsync(PortalDbContext db, Endpoint endpoint, CancellationToken ct)
    {
        if (endpoint is not { CanaryDeploymentId: { } canary, LiveDeploymentId: { } live, CanaryStepAt: { } from })
        {
            return [];
        }

        var id = endpoint.Id;
        var calls = db.InferenceLogs.AsNoTracking().Where(l => l.EndpointId == id && l.Source == UsageSource.Endpoint && l.At >= from);
        var counts = (await calls.GroupBy(l => new { l.DeploymentId, l.Status }).Select(g => new { g.Key.DeploymentId, g.Key.Status, Calls = g.LongCount() }).ToListAsync(ct)).ToLookup(c => c.DeploymentId);
        var thumbs = await votes.CountAsync(db, id, from, ct);
        return CanaryGuard.Judge(await SideAsync(live), await SideAsync(canary), CanaryLimits.Of(endpoint, options.Value));

        async Task<SideFigures> SideAsync(string deploymentId)
        {
            var latencies = await calls.Where(l => l.DeploymentId == deploymentId && l.Status == 200)
                .OrderByDescending(l => l.At).Take(LatencySample).Select(l => l.Milliseconds).ToListAsync(ct);
            latencies.Sort();
            var (count, said) = (counts[deploymentId], thumbs.GetValueOrDefault(deploymentId));
            return new SideFigures(count.Sum(c => c.Calls), count.Where(c => CallOutcomes.Of(c.Status) is CallOutcome.Failed).Sum(c => c.Calls), latencies, said?.Thumbs ?? 0, said?.Down ?? 0);
        }
    }
}
