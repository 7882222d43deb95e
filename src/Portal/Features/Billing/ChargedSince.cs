using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Billing;

/// <summary>What an organisation was charged for one activity.</summary>
public sealed record ChargedSum(string TenantId, UsageSource Source, long Micros);

/// <summary>
/// What many organisations were charged since a midnight, in the platform's scope: a number of queries that does not grow with them. As in a
/// <see cref="LedgerStretch"/>, an organisation's days that are added up are believed where they count as many events as its ledger has.
/// </summary>
internal static class ChargedSince
{
    public static async Task<IReadOnlyList<ChargedSum>> ReadAsync(PortalDbContext db, IReadOnlyCollection<string> tenantIds, DateTime from, CancellationToken ct)
    {
        var days = db.UsageDays.AsNoTracking().Where(d => tenantIds.Contains(d.TenantId) && d.From >= from);
        var until = await days.MaxAsync(d => (DateTime?)d.From, ct) is { } last ? DateTime.SpecifyKind(last.AddDays(1), DateTimeKind.Utc) : from;
        var addedUp = await days.GroupBy(d => new { d.TenantId, d.Source })
            .Select(g => new { g.Key.TenantId, g.Key.Source, Micros = g.Sum(d => d.AmountMicros), Events = g.Sum(d => d.Events) }).ToListAsync(ct);
        var counts = await db.UsageEvents.Where(u => tenantIds.Contains(u.TenantId) && u.At >= from && u.At < until)
            .GroupBy(u => u.TenantId).Select(g => new { g.Key, Events = g.LongCount() }).ToDictionaryAsync(g => g.Key, g => g.Events, ct);
        var believed = tenantIds.Where(id => addedUp.Where(d => d.TenantId == id).Sum(d => d.Events) == counts.GetValueOrDefault(id)).ToHashSet(StringComparer.Ordinal);
        List<ChargedSum> sums =
        [
            .. addedUp.Where(d => believed.Contains(d.TenantId)).Select(d => new ChargedSum(d.TenantId, d.Source, d.Micros)),
            .. await EventsAsync(db, believed, until, ct), .. await EventsAsync(db, [.. tenantIds.Where(id => !believed.Contains(id))], from, ct),
        ];
        return [.. sums.GroupBy(s => s with { Micros = 0 }).Select(g => g.Key with { Micros = g.Sum(s => s.Micros) })];
    }

    private static async Task<List<ChargedSum>> EventsAsync(PortalDbContext db, HashSet<string> tenantIds, DateTime from, CancellationToken ct) => tenantIds.Count is 0 ? [] : await db.UsageEvents
        .Where(u => tenantIds.Contains(u.TenantId) && u.At >= from)
        .GroupBy(u => new { u.TenantId, u.Source }).Select(g => new ChargedSum(g.Key.TenantId, g.Key.Source, g.Sum(u => u.AmountMicros))).ToListAsync(ct);
}
