using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Billing;

/// <summary>What an organisation's months cost, by whatever it is asked for.</summary>
public sealed class CostService(IDbContextFactory<PortalDbContext> dbs, CurrentMember current, IUsageSubjects subjects)
{
    /// <param name="month">As 2026-11; the present one where it is none, or lies ahead.</param>
    /// <param name="by">What its groups are told apart by.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<CostMonth> ReadAsync(string? month, CostBy by, CancellationToken ct)
    {
        current.Require(Permission.ViewBilling);
        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var snapshot = await db.BeginSnapshotAsync(ct);
        var (present, from) = (Budget.MonthStart(db.Now), StartOf(month, db.Now));
        var (before, stretch) = await LedgerStretch.OpenMonthAsync(db, from, ct);
        var (days, daysBefore) = (await DaysAsync(stretch, ct), await DaysAsync(before, ct));
        var amounts = by is CostBy.Day ? days.ToDictionary(d => d.Day.ToString(CostNames.DayFormat, CultureInfo.InvariantCulture), d => d.AmountMicros) : await AmountsAsync(stretch, by, ct);
        var amountsBefore = by is CostBy.Day ? [] : await AmountsAsync(before, by, ct);
        var names = await NamesAsync(db, by is CostBy.Person ? [.. amounts.Keys.Union(amountsBefore.Keys)] : [], ct);
        var first = await db.UsageEvents.AsNoTracking().OrderBy(u => u.At).Select(u => (DateTime?)u.At).FirstOrDefaultAsync(ct);
        var costs = new CostMonth(from, InOrder(await LinesAsync(stretch, ct), names), days, GroupsOf(amounts, amountsBefore, by, names), names, "USD")
        {
            BeforeMicros = daysBefore.Sum(d => d.AmountMicros), IsCurrent = from == present, First = Budget.MonthStart(first ?? present), Last = present,
        };
        return costs.IsCurrent
            ? costs with { ReservedMicros = await BillingService.ReservedAsync(db, ct), Forecast = CostForecast.Of(PastOf([.. daysBefore, .. days], db.Now), db.Now, costs.AmountMicros) }
            : costs;
    }

    /// <summary>The same month in its smallest parts, which are read as they are asked for.</summary>
    public async Task<CostParts> ReadPartsAsync(string? month, CancellationToken ct)
    {
        current.Require(Permission.ViewBilling);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var from = StartOf(month, db.Now);
        var people = await (await LedgerStretch.OpenAsync(db, from, from.AddMonths(1), ct)).AmountsAsync(p => p.ByUserId, ct);
        return new CostParts(CostMonth.KeyOf(from), await NamesAsync(db, people.Keys, ct), PartsAsync(from, ct));
    }

    /// <summary>In the order of days, projects, activities and meters. No more than a day is held.</summary>
    private async IAsyncEnumerable<CostPart> PartsAsync(DateTime from, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var snapshot = await db.BeginSnapshotAsync(ct);
        List<CostPart> day = [];
        foreach (var piece in (await LedgerStretch.OpenAsync(db, from, from.AddMonths(1), ct)).Pieces)
        {
            await foreach (var part in PartsOf(piece).AsAsyncEnumerable().WithCancellation(ct))
            {
                if (day is [var other, ..] && other.Day != part.Day)
                {
                    foreach (var ready in InOrder(day))
                    {
                        yield return ready;
                    }

                    day.Clear();
                }

                day.Add(part);
            }
        }

        foreach (var ready in InOrder(day))
        {
            yield return ready;
        }
    }

    private static IQueryable<CostPart> PartsOf(IQueryable<LedgerPart> piece) => piece
        .GroupBy(p => new { p.Day, p.ProjectId, p.Source, p.Meter, p.KeyId, p.ByUserId, p.PricePerMillion, p.Currency })
        .OrderBy(g => g.Key.Day)
        .Select(g => new CostPart(DateOnly.FromDateTime(g.Key.Day), g.Key.ProjectId, g.Key.Source, g.Key.Meter, g.Key.KeyId, g.Key.ByUserId, g.Key.PricePerMillion, g.Key.Currency,
            g.Sum(p => p.Quantity), g.Sum(p => p.AmountMicros)));

    private static IEnumerable<CostPart> InOrder(IEnumerable<CostPart> day) => day.OrderBy(p => p.ProjectId, StringComparer.Ordinal).ThenBy(p => p.Source).ThenBy(p => p.Meter);

    private static DateTime StartOf(string? month, DateTime now) =>
        Budget.MonthStart(now) is var present && CostMonth.Named(month) is { } named && named < present && named.Year > 2000 ? named : present;

    /// <summary>Whole days before today, from the first that cost anything; a day without usage cost nothing.</summary>
    private static List<(DateOnly Day, long Micros)> PastOf(IReadOnlyList<CostDay> days, DateTime now)
    {
        var (today, byDay) = (DateOnly.FromDateTime(now), days.ToDictionary(d => d.Day, d => d.AmountMicros));
        List<(DateOnly, long)> past = [];
        for (var day = byDay.Count is 0 ? today : byDay.Keys.Min(); day < today; day = day.AddDays(1))
        {
            past.Add((day, byDay.GetValueOrDefault(day)));
        }

        return past;
    }

    private static async Task<IReadOnlyList<CostDay>> DaysAsync(LedgerStretch stretch, CancellationToken ct) =>
        [.. (await stretch.AmountsAsync(p => p.Day, ct)).Select(d => new CostDay(DateOnly.FromDateTime(d.Key), d.Value)).OrderBy(d => d.Day)];

    private static async Task<Dictionary<string, long>> AmountsAsync(LedgerStretch stretch, CostBy by, CancellationToken ct)
    {
        return by switch
        {
            CostBy.Project => await stretch.AmountsAsync(p => p.ProjectId, ct),
            CostBy.Key => await stretch.AmountsAsync(p => p.KeyId, ct),
            CostBy.Person => await stretch.AmountsAsync(p => p.ByUserId, ct),
            CostBy.Activity => Named(await stretch.AmountsAsync(p => p.Source, ct)),
            CostBy.Meter => Named(await stretch.AmountsAsync(p => p.Meter, ct)),
            _ => throw new ArgumentOutOfRangeException(nameof(by), by, "Days are no sums of their own."),
        };

        static Dictionary<string, long> Named<TKey>(Dictionary<TKey, long> sums)
            where TKey : struct, Enum => sums.ToDictionary(s => s.Key.ToString(), s => s.Value);
    }

    private static IReadOnlyList<CostGroup> GroupsOf(Dictionary<string, long> now, Dictionary<string, long> before, CostBy by, CostNames names)
    {
        var groups = now.Keys.Union(before.Keys).Select(id => new CostGroup(id, names.Of(id, by), now.GetValueOrDefault(id), before.GetValueOrDefault(id)));
        return by is CostBy.Day
            ? [.. groups.OrderBy(g => g.Id, StringComparer.Ordinal)]
            : [.. groups.OrderByDescending(g => g.AmountMicros).ThenByDescending(g => g.BeforeMicros).ThenBy(g => g.Name, StringComparer.CurrentCultureIgnoreCase)];
    }

    private static async Task<IEnumerable<UsageLine>> LinesAsync(LedgerStretch stretch, CancellationToken ct)
    {
        List<UsageLine> lines = [];
        foreach (var piece in stretch.Pieces)
        {
            lines.AddRange(await piece.GroupBy(p => new { p.ProjectId, p.Source, p.Meter, p.PricePerMillion, p.Currency })
                .Select(g => new UsageLine(g.Key.ProjectId, g.Key.Source, g.Key.Meter, g.Key.PricePerMillion, g.Sum(p => p.Quantity), g.Sum(p => p.AmountMicros), g.Key.Currency)).ToListAsync(ct));
        }

        return lines.GroupBy(l => l with { Quantity = 0, AmountMicros = 0 }).Select(g => g.Key with { Quantity = g.Sum(l => l.Quantity), AmountMicros = g.Sum(l => l.AmountMicros) });
    }

    private static IReadOnlyList<UsageLine> InOrder(IEnumerable<UsageLine> lines, CostNames names) =>
    [
        .. lines.OrderBy(l => names.Project(l.ProjectId), StringComparer.CurrentCultureIgnoreCase).ThenBy(l => l.ProjectId, StringComparer.Ordinal)
            .ThenBy(l => l.Source).ThenBy(l => l.Meter).ThenBy(l => l.PricePerMillion),
    ];

    private async Task<CostNames> NamesAsync(PortalDbContext db, IReadOnlyCollection<string> people, CancellationToken ct)
    {
        // Who is admitted to some projects knows no key of the organisation's.
        var keys = db.IsRestricted ? [] : await db.ApiKeys.AsNoTracking().ToDictionaryAsync(k => k.Id, k => k.Name, ct);
        var names = people.Count is 0 ? [] : await db.Users.AsNoTracking().Where(u => people.Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.Name, ct);
        return new CostNames(await subjects.ProjectNamesAsync(ct), keys, names);
    }
}

/// <summary>A month's costs in their smallest parts, for whoever adds them up.</summary>
public sealed record CostParts(string Key, CostNames Names, IAsyncEnumerable<CostPart> Parts);
