using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Billing;

/// <summary>What the ledger and its days have in common, so that one query reads either.</summary>
internal sealed class LedgerPart
{
    // Set by name: a query can look through that, and not through a constructor.
    public DateTime Day { get; init; }

    public string ProjectId { get; init; } = "";

    public UsageSource Source { get; init; }

    public Meter Meter { get; init; }

    public string KeyId { get; init; } = "";

    public string ByUserId { get; init; } = "";

    public long PricePerMillion { get; init; }

    public string Currency { get; init; } = "";

    public long Quantity { get; init; }

    public long AmountMicros { get; init; }
}

/// <summary>
/// A stretch of the ledger. Whole days that are added up are read so, if they count as many events as the ledger has of them, and all else
/// event by event: the sums are the ledger's own either way.
/// </summary>
/// <param name="Pieces">One behind the other in time, and none twice.</param>
internal sealed record LedgerStretch(IReadOnlyList<IQueryable<LedgerPart>> Pieces)
{
    public static async Task<LedgerStretch> OpenAsync(PortalDbContext db, DateTime from, DateTime to, CancellationToken ct) =>
        await OpenAsync(db, from, to, await LastAsync(db, ct), ct);

    /// <summary>A month, and the one before it.</summary>
    public static async Task<(LedgerStretch Before, LedgerStretch Month)> OpenMonthAsync(PortalDbContext db, DateTime from, CancellationToken ct)
    {
        var last = await LastAsync(db, ct);
        return (await OpenAsync(db, from.AddMonths(-1), from, last, ct), await OpenAsync(db, from, from.AddMonths(1), last, ct));
    }

    /// <summary>Whether the days of a stretch are the sum of as many events as the ledger has of it.</summary>
    public static async Task<bool> IsAddedUpAsync(PortalDbContext db, DateTime from, DateTime to, CancellationToken ct) =>
        await db.UsageDays.Where(d => d.From >= from && d.From < to).SumAsync(d => d.Events, ct) == await db.UsageEvents.LongCountAsync(u => u.At >= from && u.At < to, ct);

    /// <summary>The last day that is added up.</summary>
    private static Task<DateTime?> LastAsync(PortalDbContext db, CancellationToken ct) => db.UsageDays.MaxAsync(d => (DateTime?)d.From, ct);

    private static async Task<LedgerStretch> OpenAsync(PortalDbContext db, DateTime from, DateTime to, DateTime? last, CancellationToken ct)
    {
        var begin = from.TimeOfDay == TimeSpan.Zero ? from : DateTime.SpecifyKind(from.Date.AddDays(1), DateTimeKind.Utc);
        var end = last is { } day && day.AddDays(1) is var until && until < to ? DateTime.SpecifyKind(until, DateTimeKind.Utc) : to;
        if (last is null || end <= begin || end.TimeOfDay != TimeSpan.Zero || !await IsAddedUpAsync(db, begin, end, ct))
        {
            return new LedgerStretch([Events(db, from, to)]);
        }

        List<IQueryable<LedgerPart>> pieces = from < begin ? [Events(db, from, begin)] : [];
        pieces.Add(db.UsageDays.AsNoTracking().Where(d => d.From >= begin && d.From < end).Select(d => new LedgerPart
        {
            Day = d.From, ProjectId = d.ProjectId, Source = d.Source, Meter = d.Meter, KeyId = d.KeyId, ByUserId = d.ByUserId, PricePerMillion = d.PricePerMillion, Currency = d.Currency,
            Quantity = d.Quantity, AmountMicros = d.AmountMicros,
        }));
        return new LedgerStretch(end < to ? [.. pieces, Events(db, end, to)] : pieces);
    }

    /// <summary>What it came to, by whatever it is asked for.</summary>
    public async Task<Dictionary<TKey, long>> AmountsAsync<TKey>(Expression<Func<LedgerPart, TKey>> by, CancellationToken ct)
        where TKey : notnull
    {
        Dictionary<TKey, long> sums = [];
        foreach (var piece in Pieces)
        {
            await foreach (var sum in piece.GroupBy(by, p => p.AmountMicros).Select(g => new { g.Key, Micros = g.Sum() }).AsAsyncEnumerable().WithCancellation(ct))
            {
                sums[sum.Key] = sums.GetValueOrDefault(sum.Key) + sum.Micros;
            }
        }

        return sums;
    }

    public async Task<long> AmountAsync(CancellationToken ct)
    {
        var sum = 0L;
        foreach (var piece in Pieces)
        {
            sum += await piece.SumAsync(p => p.AmountMicros, ct);
        }

        return sum;
    }

    private static IQueryable<LedgerPart> Events(PortalDbContext db, DateTime from, DateTime to) =>
        db.UsageEvents.AsNoTracking().Where(u => u.At >= from && u.At < to).Select(u => new LedgerPart
        {
            Day = u.At.Date, ProjectId = u.ProjectId, Source = u.Source, Meter = u.Meter, KeyId = u.KeyId ?? "", ByUserId = u.ByUserId, PricePerMillion = u.PricePerMillion, Currency = u.Currency,
            Quantity = u.Quantity, AmountMicros = u.AmountMicros,
        });
}
