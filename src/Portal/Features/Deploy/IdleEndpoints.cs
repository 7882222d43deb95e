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
        var (now, logs) = (db.Now, db.InferenceLogs);
        var costs = await CostsAsync(db, now.AddDays(-CostDays), now, ct);
        var uses = await (
            from endpoint in db.Endpoints.AsNoTracking()
            join project in db.Set<Define.Project>() on endpoint.ProjectId equals project.Id
            join live in db.Deployments on endpoint.LiveDeploymentId equals live.Id
            orderby endpoint.Name
            select new EndpointUse(
                endpoint.Id, endpoint.ProjectId, project.Name, endpoint.Name, live.DeployedAt,
                // The index is walked from its end, and not all calls are looked through for the latest.
                logs.Where(l => l.EndpointId == endpoint.Id && l.Source == UsageSource.Endpoint).OrderByDescending(l => l.At).Select(l => (DateTime?)l.At).FirstOrDefault(),
                0, null)).ToListAsync(ct);
        return [.. uses.Select(u => u with { AmountMicros = costs.GetValueOrDefault(u.ProjectId), IdleDays = IdleFor(u, now) }).OrderBy(u => Latest(u)).ThenBy(u => u.Name, StringComparer.Ordinal)];
    }

    public async Task<IReadOnlyList<FoundStray>> FindAsync(PortalDbContext db, CancellationToken ct) =>
    [
        .. from use in await ListAsync(db, ct)
           where use.IdleDays is not null
           select new FoundStray(StrayKind.IdleEndpoint, use.EndpointId, $"{use.Name} of {use.ProjectName} has had no call with a key for {options.Value.IdleDays} days or more.", use.ProjectId),
    ];

    /// <summary>By project, which has one endpoint: the ledger has what each call cost, and most of its days added up.</summary>
    private static async Task<Dictionary<string, long>> CostsAsync(PortalDbContext db, DateTime from, DateTime to, CancellationToken ct)
    {
        var charged = await (await LedgerStretch.OpenAsync(db, from, to, ct)).AmountsAsync(p => new { p.ProjectId, p.Source }, ct);
        // Calls that came with an archive were charged elsewhere, and cost all the same.
        var elsewhere = await db.ImportedUsages.AsNoTracking().Where(u => u.At >= from && u.At < to)
            .GroupBy(u => new { u.ProjectId, u.Source }).Select(g => new { g.Key, Micros = g.Sum(u => u.AmountMicros) }).ToListAsync(ct);
        return charged.Select(c => (c.Key, Micros: c.Value)).Concat(elsewhere.Select(e => (e.Key, e.Micros)))
            .Where(c => c.Key.Source is UsageSource.Endpoint or UsageSource.Playground)
            .GroupBy(c => c.Key.ProjectId).ToDictionary(g => g.Key, g => g.Sum(c => c.Micros), StringComparer.Ordinal);
    }

    private int? IdleFor(EndpointUse use, DateTime now) => Latest(use) is { } from && (now - from).TotalDays is var days && days >= options.Value.IdleDays ? (int)days : null;

    private static DateTime? Latest(EndpointUse use) => use.LastCallAt > use.Since ? use.LastCallAt : use.Since;
}
