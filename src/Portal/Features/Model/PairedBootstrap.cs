namespace Portal.Features.Model;

/// <summary>A measured value and the interval that it may lie in.</summary>
public readonly record struct Estimate(double Value, double Low, double High)
{
    public bool Excludes(double value) => value < Low || value > High;
}

/// <summary>A number computed from a sample, given as row numbers in which a row may occur several times, or not at all.</summary>
public delegate double SampleStatistic(ReadOnlySpan<int> rows);

/// <summary>
/// Percentile bootstrap: the rows are drawn again with replacement many times, and the middle of what comes out is the
/// interval. Candidates compared on the same rows are resampled together, so what the rows share cancels out.
/// The same seed gives the same interval, so a stored result can be computed again.
/// </summary>
public static class PairedBootstrap
{
    public const int DefaultResamples = 2_000;
    public const ulong DefaultSeed = 20_261_123;

    public static Estimate Mean(
        ReadOnlySpan<double> values, int resamples = DefaultResamples, ulong seed = DefaultSeed, double confidence = 0.95)
    {
        if (values.IsEmpty)
        {
            return default;
        }

        var random = new Draws(seed);
        var means = new double[resamples];
        for (var i = 0; i < means.Length; i++)
        {
            means[i] = random.SumOf(values) / values.Length;
        }

        var sum = 0.0;
        foreach (var value in values)
        {
            sum += value;
        }

        return Middle(sum / values.Length, means, confidence);
    }

    /// <summary>
    /// Mean of scores between 0 and 1. Where all rows score the same, resampling would claim certainty; the rate with the
    /// same mean, which varies at least as much, stands in for it.
    /// </summary>
    public static Estimate MeanShare(
        ReadOnlySpan<double> scores, int resamples = DefaultResamples, ulong seed = DefaultSeed, double confidence = 0.95)
    {
        var estimate = Mean(scores, resamples, seed, confidence);
        return estimate.Low < estimate.High ? estimate : Wilsons(estimate.Value, scores.Length, confidence);
    }

    /// <summary>Mean of (later − earlier) over the same rows: above zero, the later is better.</summary>
    public static Estimate Difference(
        ReadOnlySpan<double> earlier, ReadOnlySpan<double> later, int resamples = DefaultResamples, ulong seed = DefaultSeed, double confidence = 0.95)
    {
        if (earlier.Length != later.Length)
        {
            throw new ArgumentException("A paired comparison needs both values of every row.", nameof(later));
        }

        var differences = new double[earlier.Length];
        for (var i = 0; i < differences.Length; i++)
        {
            differences[i] = later[i] - earlier[i];
        }

        return Mean(differences, resamples, seed, confidence);
    }

    /// <summary>Any statistic of the rows, such as a difference of two macro-F1.</summary>
    public static Estimate Of(
        int rows, SampleStatistic statistic, int resamples = DefaultResamples, ulong seed = DefaultSeed, double confidence = 0.95)
    {
        if (rows is 0)
        {
            return default;
        }

        var drawn = new int[rows];
        for (var i = 0; i < rows; i++)
        {
            drawn[i] = i;
        }

        var value = statistic(drawn);
        var random = new Draws(seed);
        var values = new double[resamples];
        for (var i = 0; i < values.Length; i++)
        {
            random.Fill(drawn);
            values[i] = statistic(drawn);
        }

        return Middle(value, values, confidence);
    }

    internal static Estimate Wilsons(double share, int n, double confidence = 0.95)
    {
        var (low, high) = Wilson.Interval((long)Math.Round(share * n), n, confidence);
        return new Estimate(share, Math.Min(low, share), Math.Max(high, share));
    }

    private static Estimate Middle(double value, double[] resampled, double confidence)
    {
        Array.Sort(resampled);
        var tail = (1 - confidence) / 2;
        return new Estimate(value, Quantile(resampled, tail), Quantile(resampled, 1 - tail));
    }

    private static double Quantile(double[] sorted, double share)
    {
        var place = share * (sorted.Length - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((place - below) * (sorted[above] - sorted[below]));
    }

    /// <summary>SplitMix64, two draws a step: a resample of 10,000 rows takes some ten microseconds.</summary>
    private ref struct Draws(ulong seed)
    {
        private ulong _state = seed;

        public double SumOf(ReadOnlySpan<double> values)
        {
            var n = (ulong)values.Length;
            var sum = 0.0;
            for (var i = values.Length >> 1; i > 0; i--)
            {
                var bits = Next();
                // The upper half of (32 random bits × n) is a row number, without a division.
                sum += values[(int)(((bits & uint.MaxValue) * n) >> 32)] + values[(int)(((bits >> 32) * n) >> 32)];
            }

            return (values.Length & 1) is 0 ? sum : sum + values[(int)(((Next() >> 32) * n) >> 32)];
        }

        public void Fill(Span<int> rows)
        {
            var n = (ulong)rows.Length;
            for (var i = 0; i + 1 < rows.Length; i += 2)
            {
                var bits = Next();
                rows[i] = (int)(((bits & uint.MaxValue) * n) >> 32);
                rows[i + 1] = (int)(((bits >> 32) * n) >> 32);
            }

            if ((rows.Length & 1) is 1)
            {
                rows[^1] = (int)(((Next() >> 32) * n) >> 32);
            }
        }

        private ulong Next()
        {
            _state += 0x9E3779B97F4A7C15;
            var bits = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
            bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
            return bits ^ (bits >> 31);
        }
    }
}
