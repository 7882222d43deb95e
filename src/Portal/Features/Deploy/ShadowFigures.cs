using Microsoft.EntityFrameworkCore;
using Portal.Features.Model;
using Portal.Persistence;

namespace Portal.Features.Deploy;

/// <summary>How a shadow run's answers compare with those that callers had. Intervals are of 95 %.</summary>
/// <param name="Calls">Asked.</param>
/// <param name="Compared">Of those, answered by both in a way that can be compared.</param>
/// <param name="Agreed">Of the compared ones, those that say the same.</param>
public sealed record ShadowFigures(long Calls, long Compared, long Agreed, long Fields, long SameFields, long Errors, long AmountMicros, long LiveAmountMicros)
{
    public const int Floor = 30;
    public const int LatencySample = 2_000;

    public IReadOnlyList<int> Latencies { get; init; } = [];

    public IReadOnlyList<int> LiveLatencies { get; init; } = [];

    public bool IsEnough => Calls >= Floor;

    public static async Task<ShadowFigures> ReadAsync(PortalDbContext db, string runId, CancellationToken ct)
    {
        var calls = db.ShadowCalls.AsNoTracking().Where(c => c.ShadowRunId == runId);
        var groups = await calls.GroupBy(c => new { c.Status, c.Agrees }).Select(g => new
        {
            g.Key, Calls = g.LongCount(), Fields = g.Sum(c => (long)c.Fields), Same = g.Sum(c => (long)c.SameFields), Amount = g.Sum(c => c.AmountMicros), Live = g.Sum(c => c.LiveAmountMicros),
        }).ToListAsync(ct);
        var latencies = await calls.Where(c => c.Status == 200).OrderByDescending(c => c.At).Take(LatencySample).Select(c => new { c.Milliseconds, c.LiveMilliseconds }).ToListAsync(ct);
        return new ShadowFigures(
            groups.Sum(g => g.Calls), groups.Where(g => g.Key.Agrees is not null).Sum(g => g.Calls), groups.Where(g => g.Key.Agrees is true).Sum(g => g.Calls), groups.Sum(g => g.Fields), groups.Sum(g => g.Same),
            groups.Where(g => CallOutcomes.Of(g.Key.Status) is CallOutcome.Failed).Sum(g => g.Calls),
            groups.Sum(g => g.Amount), groups.Sum(g => g.Live))
        {
            Latencies = [.. latencies.Select(l => l.Milliseconds).Order()], LiveLatencies = [.. latencies.Select(l => l.LiveMilliseconds).Order()],
        };
    }

    public static Estimate Share(long hits, long of)
    {
        var (low, high) = Wilson.Interval(hits, of);
        return new Estimate(of is 0 ? 0 : (double)hits / of, low, high);
    }
}
