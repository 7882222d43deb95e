using Portal.Features.Model;

namespace Portal.Features.Monitor;

/// <summary>One measured value with its 95 % interval and how many calls it rests on. Null where there is none to measure.</summary>
public sealed record Figure(double Value, double Low, double High, long Count)
{
    public static Figure? Rate(long hits, long of)
    {
        if (of is 0)
        {
            return null;
        }

        var (low, high) = Wilson.Interval(hits, of);
        return new Figure((double)hits / of, low, high, of);
    }

    /// <summary>Of a mean, by its sum and its sum of squares. One value has no spread, so its interval is all that is possible.</summary>
    public static Figure? Mean(double sum, double squares, long count, double lowest = 0, double highest = 1)
    {
        if (count is 0)
        {
            return null;
        }

        var mean = sum / count;
        if (count is 1)
        {
            return new Figure(mean, lowest, highest, 1);
        }

        var variance = Math.Max(0, (squares - (sum * mean)) / (count - 1));
        var half = Wilson.Z() * Math.Sqrt(variance / count);
        return new Figure(mean, Math.Max(lowest, mean - half), Math.Min(highest, mean + half), count);
    }
}
