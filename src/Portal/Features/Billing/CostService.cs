using Microsoft.EntityFrameworkCore;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Billing;

/// <summary>What an organisation's months cost, by whatever it is asked for.</summary>
public sealed class CostService(IDbContextFactory<PortalDbContext> dbs, CurrentMember current, IUsageSubjects subjects)
{
    /// <param name="month">As 2026-11; the present one where it is none, or lies ahead.</param>
    public async Task<CostMonth> ReadAsync(string? month, CancellationToken ct)
    {
        current.Require(Permission.ViewBilling);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var present = Budget.MonthStart(db.Now);
        var from = CostMonth.Named(month) is { } named && named < present && named.Year > 2000 ? named : present;
        var parts = await PartsAsync(db, from.AddMonths(-1), from.AddMonths(1), ct);
        var inMonth = parts.ToLookup(p => p.Day >= DateOnly.FromDateTime(from));
        var first = await db.UsageEvents.AsNoTracking().OrderBy(u => u.At).Select(u => (DateTime?)u.At).FirstOrDefaultAsync(ct);
        var costs = new CostMonth(from, [.. inMonth[true]], [.. inMonth[false]], await NamesAsync(db, parts, ct), "USD")
        {
            IsCurrent = from == present, First = Budget.MonthStart(first ?? present), Last = present,
        };
        return costs.IsCurrent
            ? costs with { ReservedMicros = await BillingService.ReservedAsync(db, ct), Forecast = CostForecast.Of(PastOf(parts, db.Now), db.Now, costs.AmountMicros) }
            : costs;
    }

    /// <summary>Whole days before today, from the first that cost anything; a day without usage cost nothing.</summary>
    private static List<(DateOnly Day, long Micros)> PastOf(IReadOnlyList<CostPart> parts, DateTime now)
    {
        var (today, byDay) = (DateOnly.FromDateTime(now), parts.GroupBy(p => p.Day).ToDictionary(g => g.Key, g => g.Sum(p => p.AmountMicros)));
        List<(DateOnly, long)> past = [];
        for (var day = byDay.Count is 0 ? today : byDay.Keys.Min(); day < today; day = day.AddDays(1))
        {
            past.Add((day, byDay.GetValueOrDefault(day)));
        }

        return past;
    }

    private static async Task<IReadOnlyList<CostPart>> PartsAsync(PortalDbContext db, DateTime from, DateTime to, CancellationToken ct)
    {
        var groups = await db.UsageEvents.AsNoTracking().Where(u => u.At >= from && u.At < to)
            .GroupBy(u => new { Day = u.At.Date, u.ProjectId, u.Source, u.Meter, u.KeyId, u.ByUserId, u.PricePerMillion, u.Currency })
            .Select(g => new { g.Key, Quantity = g.Sum(u => u.Quantity), Amount = g.Sum(u => u.AmountMicros) })
            .ToListAsync(ct);
        return
        [
            .. groups.Select(g => new CostPart(DateOnly.FromDateTime(g.Key.Day), g.Key.ProjectId, g.Key.Source, g.Key.Meter,
                g.Key.KeyId ?? "", g.Key.ByUserId, g.Key.PricePerMillion, g.Key.Currency, g.Quantity, g.Amount)),
        ];
    }

    private async Task<CostNames> NamesAsync(PortalDbContext db, IReadOnlyList<CostPart> parts, CancellationToken ct)
    {
        var people = parts.Select(p => p.PersonId).Where(p => p is not "").Distinct().ToList();
        // Who is admitted to some projects knows no key of the organisation's.
        var keys = db.IsRestricted ? [] : await db.ApiKeys.AsNoTracking().ToDictionaryAsync(k => k.Id, k => k.Name, ct);
        var names = await db.Users.AsNoTracking().Where(u => people.Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.Name, ct);
        return new CostNames(await subjects.ProjectNamesAsync(ct), keys, names);
    }
}
