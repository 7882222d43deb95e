using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Features.Billing;
using Portal.Persistence;

namespace Portal.Features.Deploy;

/// <summary>An endpoint that answers, and how much it is asked.</summary>
/// <param name="Since">When what answers went live.</param>
/// <param name="LastCallAt">The latest call with a key; null where there never was one.</param>
/// <param name="AmountMicros">What its calls of the last 30 days cost, the playground's too.</param>
/// <param name="IdleDays">Null while it is used.</param>
public sealed record EndpointUse(string EndpointId, string ProjectId, string ProjectName, string Name, DateTime? Since, DateTime? LastCallAt, long AmountMicros, int? IdleDays);

/// <summary>Reads which endpoints nobody calls off the calls on record, in a context of the caller's.</summary>
public sealed class IdleEndpoints(IOptions<DeployOptions> options)
{
    public const int CostDays = 30;

    /// <summary>The longest unused first.</summary>
    public async Task<IReadOnlyList<EndpointUse>> ListAsync(PortalDbContext db, CancellationToken ct)
    {
        var (now, costsFrom) = (db.Now, db.Now.AddDays(-CostDays));
        var logs = db.InferenceLogs;
        var uses = await (
            from endpoint in db.Endpoints.AsNoTracking()
            join project in db.Set<Define.Project>() on endpoint.ProjectId equals project.Id
            join live in db.Deployments on endpoint.LiveDeploymentId equals live.Id
            orderby endpoint.Name
            select new EndpointUse(
                endpoint.Id, endpoint.ProjectId, project.Name, endpoint.Name, live.DeployedAt,
                // The index is walked from its end, and not all calls are looked through for the latest.
                logs.Where(l => l.EndpointId == endpoint.Id && l.Source == UsageSource.Endpoint).OrderByDescending(l => l.At).Select(l => (DateTime?)l.At).FirstOrDefault(),
                logs.Where(l => l.EndpointId == endpoint.Id && l.At >= costsFrom).Sum(l => l.AmountMicros), null)).ToListAsync(ct);
        return [.. uses.Select(u => u with { IdleDays = IdleFor(u, now) }).OrderBy(u => Latest(u)).ThenBy(u => u.Name, StringComparer.Ordinal)];
    }

    public async Task<IReadOnlyList<FoundStray>> FindAsync(PortalDbContext db, CancellationToken ct) =>
    [
        .. from use in await ListAsync(db, ct)
           where use.IdleDays is not null
           select new FoundStray(StrayKind.IdleEndpoint, use.EndpointId, $"{use.Name} of {use.ProjectName} has had no call with a key for {options.Value.IdleDays} days or more.", use.ProjectId),
    ];

    private int? IdleFor(EndpointUse use, DateTime now) => Latest(use) is { } from && (now - from).TotalDays is var days && days >= options.Value.IdleDays ? (int)days : null;

    private static DateTime? Latest(EndpointUse use) => use.LastCallAt > use.Since ? use.LastCallAt : use.Since;
}
