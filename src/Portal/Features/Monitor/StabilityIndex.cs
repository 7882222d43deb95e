using Portal.Features.Model;

namespace Portal.Features.Monitor;

public enum DriftVerdict
{
    /// <summary>Too few calls, or nothing to compare them with.</summary>
    NotEnoughData,
    Stable,

    /// <summary>The whole interval lies above the first line, and chance alone does not come that far.</summary>
    Shifting,

    /// <summary>The whole interval lies above the second line.</summary>
    Shifted,
}

/// <summary>How far a mix has moved from another: the index with its interval, and how far it gets when nothing has moved at all.</summary>
/// <param name="ByChance">What the index stays below 19 times of 20 when both are samples of one mix.</param>
public sealed record Drift(double Index, double Low, double High, double ByChance, long Before, long Now)
{
    /// <summary>The low end of what has moved for certain: what chance alone brings is no move, however narrow its interval.</summary>
    public double CertainLow => Index > ByChance ? Low : 0;

    public DriftVerdict Verdict => this switch
    {
        { Now: < StabilityIndex.FewestCalls } or { Before: < StabilityIndex.FewestCalls } => DriftVerdict.NotEnoughData,
        _ when CertainLow > StabilityIndex.LargeShift => DriftVerdict.Shifted,
        _ when CertainLow > StabilityIndex.SmallShift => DriftVerdict.Shifting,
        _ => DriftVerdict.Stable,
    };
}

/// <summary>
/// The population stability index, Σ (q − p) · ln(q ÷ p) over the parts of a mix. Below 0.1 nothing is usually made of it, above 0.25 the
/// mix is another one. It is above zero by chance alone, the more parts and the fewer calls there are, so it never stands without its interval.
/// </summary>
public static class StabilityIndex
{
    public const double SmallShift = 0.1;
    public const double LargeShift = 0.25;

    /// <summary>Below this many on either side nothing is said.</summary>
    public const int FewestCalls = 50;

    /// <summary>What an empty part counts as, so that a part which is new does not make the index infinite.</summary>
    private const double Half = 0.5;

    public static Drift Of(IReadOnlyList<long> before, IReadOnlyList<long> now)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(now.Count, before.Count);
        var used = Enumerable.Range(0, before.Count).Where(i => before[i] + now[i] > 0).ToList();
        var (m, n) = (used.Sum(i => before[i]), used.Sum(i => now[i]));
        if (m is 0 || n is 0)
        {
            return new Drift(0, 0, 0, 0, m, n);
        }

        var (p, q) = (Shares(before, used), Shares(now, used));
        var index = p.Zip(q, (a, b) => (b - a) * Math.Log(b / a)).Sum();
        var half = Wilson.Z() * Math.Sqrt((Variance(q, p) / n) + (Variance(p, q) / m));
        var byChance = used.Count > 1 ? ChiSquare.Quantile(used.Count - 1, 0.95) * ((1.0 / n) + (1.0 / m)) : 0;
        return new Drift(index, Math.Max(0, index - half), index + half, byChance, m, n);
    }

    /// <summary>The parts of both in one order; beyond so many the rarest of them count together.</summary>
    public static Drift OfNamed(IReadOnlyDictionary<string, long> before, IReadOnlyDictionary<string, long> now, int mostParts = 20)
    {
        var names = before.Keys.Union(now.Keys).OrderByDescending(k => before.GetValueOrDefault(k) + now.GetValueOrDefault(k)).ThenBy(k => k, StringComparer.Ordinal).ToList();
        var (kept, rest) = (names.Take(mostParts).ToList(), names.Skip(mostParts).ToList());
        return Of([.. kept.Select(k => before.GetValueOrDefault(k)), rest.Sum(k => before.GetValueOrDefault(k))], [.. kept.Select(k => now.GetValueOrDefault(k)), rest.Sum(k => now.GetValueOrDefault(k))]);
    }

    private static double[] Shares(IReadOnlyList<long> counts, List<int> used)
    {
        var filled = used.Select(i => counts[i] is 0 ? Half : counts[i]).ToArray();
        var sum = filled.Sum();
        return [.. filled.Select(c => c / sum)];
    }

    /// <summary>Of one call's part in the index, by the delta method: the gradient along one mix, whose variance is a multinomial's.</summary>
    private static double Variance(double[] along, double[] other)
    {
        var slopes = along.Zip(other, (a, b) => Math.Log(a / b) + 1 - (b / a)).ToArray();
        var mean = along.Zip(slopes, (a, s) => a * s).Sum();
        return along.Zip(slopes, (a, s) => a * (s - mean) * (s - mean)).Sum();
    }
}
