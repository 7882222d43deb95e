using Portal.Features.Model;

namespace Portal.Features.Monitor;

/// <summary>
/// Latencies as counts in classes each 5 % wider than the one before, so that those of any stretches can be added up and a quantile
/// is off by no more than 2.5 %.
/// </summary>
public sealed class LatencyHistogram
{
    private const double Growth = 1.05;

    private static readonly double s_log = Math.Log(Growth);

    private readonly SortedDictionary<int, long> _counts = [];

    public long Count { get; private set; }

    /// <summary>Class by number of calls in it.</summary>
    public IReadOnlyDictionary<int, long> Counts => _counts;

    public void Add(int milliseconds) => Add(ClassOf(milliseconds), 1);

    public void Add(IReadOnlyDictionary<int, long> counts)
    {
        foreach (var (number, count) in counts)
        {
            Add(number, count);
        }
    }

    /// <summary>The latency that this share of the calls does not exceed, with the 95 % interval of its rank among them.</summary>
    public Figure? Quantile(double share)
    {
        if (Count is 0)
        {
            return null;
        }

        var half = Wilson.Z() * Math.Sqrt(Count * share * (1 - share));
        return new Figure(At((long)Math.Ceiling(share * Count)), At((long)Math.Floor((share * Count) - half)), At((long)Math.Ceiling((share * Count) + half) + 1), Count);
    }

    private static int ClassOf(int milliseconds) => milliseconds < 1 ? 0 : 1 + (int)Math.Round(Math.Log(milliseconds) / s_log);

    private static double ValueOf(int number) => number is 0 ? 0 : Math.Exp((number - 1) * s_log);

    private double At(long rank)
    {
        rank = Math.Clamp(rank, 1, Count);
        foreach (var (number, count) in _counts)
        {
            rank -= count;
            if (rank <= 0)
            {
                return ValueOf(number);
            }
        }

        throw new InvalidOperationException("The counts add up to fewer calls than there were.");
    }

    private void Add(int number, long count)
    {
        _counts[number] = _counts.GetValueOrDefault(number) + count;
        Count += count;
    }
}
