using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Portal.Persistence;

namespace Portal.Features.Deploy;

/// <summary>Calls with a key over a stretch of time; the playground's are not traffic.</summary>
public sealed record TrafficSum(long Calls, long Errors, long InputTokens, long OutputTokens, long AmountMicros)
{
    /// <summary>For what the caller got wrong.</summary>
    public long Refused { get; init; }

    public static TrafficSum operator +(TrafficSum one, TrafficSum other) =>
        new(one.Calls + other.Calls, one.Errors + other.Errors, one.InputTokens + other.InputTokens, one.OutputTokens + other.OutputTokens, one.AmountMicros + other.AmountMicros) { Refused = one.Refused + other.Refused };
}

/// <summary>Latencies are of today's latest answers, at most <see cref="TrafficService.LatencySample"/>; null while there are none.</summary>
public sealed record Traffic(TrafficSum Today, TrafficSum Month, int? MedianMilliseconds, int? P95Milliseconds);

public sealed class TrafficService(IDbContextFactory<PortalDbContext> dbs, TimeProvider time)
{
    public const int LatencySample = 1_000;

    /// <summary>A call goes on record a moment after it ended, so days that are over may have one more for a while.</summary>
    private static readonly TimeSpan s_earlierFor = TimeSpan.FromMinutes(5);

    /// <summary>A page asks every few seconds, and days that are over may have a million calls.</summary>
    private Earlier? _earlier;

    public async Task<Traffic> ReadAsync(string endpointId, CancellationToken ct)
    {
        var today = time.GetUtcNow().UtcDateTime.Date;
        await using var db = await dbs.CreateDbContextAsync(ct);
        var latencies = await Calls(db, endpointId, today).Where(l => l.Status == 200)
            .OrderByDescending(l => l.At).Take(LatencySample).Select(l => l.Milliseconds).ToListAsync(ct);
        latencies.Sort();
        var sum = await SumAsync(Calls(db, endpointId, today), ct);
        return new Traffic(sum, sum + await EarlierAsync(db, endpointId, today, ct), Quantile(latencies, 0.5), Quantile(latencies, 0.95));
    }

    public async Task<long> CallsTodayAsync(string endpointId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await Calls(db, endpointId, time.GetUtcNow().UtcDateTime.Date).LongCountAsync(ct);
    }

    /// <summary>The value that at least this share of the sorted ones does not exceed.</summary>
    internal static int? Quantile(List<int> sorted, double share) =>
        sorted.Count is 0 ? null : sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Count) - 1)];

    /// <summary>Of the month, before today.</summary>
    private async Task<TrafficSum> EarlierAsync(PortalDbContext db, string endpointId, DateTime today, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        if (_earlier is not { } known || known.EndpointId != endpointId || known.Today != today || now - known.ReadAt >= s_earlierFor)
        {
            var month = new DateTime(today.Year, today.Month, 1, 0, 0, 0, DateTimeKind.Utc);
            _earlier = known = new Earlier(endpointId, today, now, await SumAsync(Calls(db, endpointId, month).Where(l => l.At < today), ct));
        }

        return known.Sum;
    }

    private static IQueryable<InferenceLog> Calls(PortalDbContext db, string endpointId, DateTime from) =>
        db.InferenceLogs.AsNoTracking().Where(l => l.EndpointId == endpointId && l.Source == UsageSource.Endpoint && l.At >= from);

    private static async Task<TrafficSum> SumAsync(IQueryable<InferenceLog> calls, CancellationToken ct)
    {
        var sums = (await calls.GroupBy(l => l.Status)
            .Select(g => new { g.Key, Calls = g.LongCount(), Input = g.Sum(l => (long)l.InputTokens), Output = g.Sum(l => (long)l.OutputTokens), Amount = g.Sum(l => l.AmountMicros) })
            .ToListAsync(ct)).ConvertAll(s => (Outcome: CallOutcomes.Of(s.Key), Sum: s));
        return new TrafficSum(Calls(CallOutcome.Answered) + Calls(CallOutcome.Refused) + Calls(CallOutcome.Failed), Calls(CallOutcome.Failed), sums.Sum(s => s.Sum.Input), sums.Sum(s => s.Sum.Output), sums.Sum(s => s.Sum.Amount))
        {
            Refused = Calls(CallOutcome.Refused),
        };

        long Calls(CallOutcome outcome) => sums.Where(s => s.Outcome == outcome).Sum(s => s.Sum.Calls);
    }

    private sealed record Earlier(string EndpointId, DateTime Today, DateTime ReadAt, TrafficSum Sum);
}
