using Portal.Features.Model;

namespace Portal.Features.Deploy;

public enum GuardVerdict
{
    /// <summary>One side has had too few calls to say anything.</summary>
    NotEnough,

    /// <summary>Not shown to be worse than the limit allows.</summary>
    Holds,

    /// <summary>Worse than the limit allows, by the whole of the interval.</summary>
    Crossed,
}

/// <summary>What one side did since the canary has had its share.</summary>
/// <param name="Calls">Calls with a key.</param>
/// <param name="Errors">Those that failed at the model: a caller's own mistake is not counted against it.</param>
/// <param name="Latencies">Milliseconds of the latest answers, ascending.</param>
/// <param name="Thumbs">Answers that somebody rated good or bad.</param>
/// <param name="Down">Those rated bad.</param>
public sealed record SideFigures(long Calls, long Errors, IReadOnlyList<int> Latencies, long Thumbs, long Down)
{
    public static SideFigures None { get; } = new(0, 0, [], 0, 0);
}

/// <summary>One measure of both sides.</summary>
/// <param name="Change">Canary less live for a share, canary over live for latencies, with its interval.</param>
/// <param name="Limit">What the lower end of that interval must not exceed.</param>
public sealed record GuardRow(CanaryMeasure Measure, Estimate Live, Estimate Canary, Estimate Change, double Limit, long LiveCount, long CanaryCount, int Floor)
{
    public GuardVerdict Verdict => Math.Min(LiveCount, CanaryCount) < Floor ? GuardVerdict.NotEnough : Change.Low > Limit ? GuardVerdict.Crossed : GuardVerdict.Holds;
}

public enum CanaryMeasure
{
    Errors,
    Latency,
    BadFeedback,
}

/// <summary>
/// Holds a canary against what is live. It is looked at again each minute, so the intervals are of 99 % and the limits leave room: what is
/// no worse is taken back by chance at most rarely.
/// </summary>
internal static class CanaryGuard
{
    public const double Confidence = 0.99;

    public static IReadOnlyList<GuardRow> Judge(SideFigures live, SideFigures canary, CanaryLimits limits) =>
    [
        Shares(CanaryMeasure.Errors, (live.Errors, live.Calls), (canary.Errors, canary.Calls), limits.ErrorShare, limits.Calls),
        Latencies(live.Latencies, canary.Latencies, limits),
        Shares(CanaryMeasure.BadFeedback, (live.Down, live.Thumbs), (canary.Down, canary.Thumbs), limits.ThumbShare, limits.Thumbs),
    ];

    /// <summary>Newcombe's interval (1998) of a difference of two shares, from Wilson's of each: honest at few calls and near none.</summary>
    private static GuardRow Shares(CanaryMeasure measure, (long Hits, long Of) live, (long Hits, long Of) canary, double limit, int floor)
    {
        return new GuardRow(measure, Share(live, Confidence), Share(canary, Confidence), Difference(canary, live, Confidence), limit, live.Of, canary.Of, floor);
    }

    internal static Estimate Difference((long Hits, long Of) first, (long Hits, long Of) second, double confidence)
    {
        var (a, b) = (Share(first, confidence), Share(second, confidence));
        var difference = a.Value - b.Value;
        return new Estimate(difference, difference - Root(a.Value - a.Low, b.High - b.Value), difference + Root(a.High - a.Value, b.Value - b.Low));
    }

    /// <summary>The 95th percentiles by their ranks; their ratio the same way, on the scale of logarithms.</summary>
    private static GuardRow Latencies(IReadOnlyList<int> live, IReadOnlyList<int> canary, CanaryLimits limits)
    {
        var (a, b) = (Percentile(canary), Percentile(live));
        var ratio = Math.Log(a.Value / b.Value);
        var change = new Estimate(
            Math.Exp(ratio), Math.Exp(ratio - Root(Math.Log(a.Value / a.Low), Math.Log(b.High / b.Value))), Math.Exp(ratio + Root(Math.Log(a.High / a.Value), Math.Log(b.Value / b.Low))));
        return new GuardRow(CanaryMeasure.Latency, b, a, change, limits.LatencyRatio, live.Count, canary.Count, limits.Answers);
    }

    private static Estimate Share((long Hits, long Of) side, double confidence)
    {
        var (low, high) = Wilson.Interval(side.Hits, side.Of, confidence);
        var share = side.Of is 0 ? 0 : (double)side.Hits / side.Of;
        return new Estimate(share, Math.Min(low, share), Math.Max(high, share));
    }

    private static Estimate Percentile(IReadOnlyList<int> sorted)
    {
        const double Rank = 0.95;
        if (sorted.Count is 0)
        {
            return new Estimate(1, 1, 1);
        }

        var half = Wilson.Z(Confidence) * Math.Sqrt(sorted.Count * Rank * (1 - Rank));
        return new Estimate(At(Math.Ceiling(Rank * sorted.Count)), At(Math.Floor((Rank * sorted.Count) - half)), At(Math.Ceiling((Rank * sorted.Count) + half) + 1));

        // No logarithm of nothing: the clock has no finer mark.
        double At(double rank) => Math.Max(1, sorted[(int)Math.Clamp(rank, 1, sorted.Count) - 1]);
    }

    private static double Root(double a, double b) => Math.Sqrt((a * a) + (b * b));
}
