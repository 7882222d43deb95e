namespace Portal.Features.Tune;

/// <summary>Training tokens of one pass over the rows: what is likely, and a bound that holds in nearly every case.</summary>
/// <param name="IsEstimate">Nobody counted: four characters were taken for a token.</param>
public sealed record TokenForecast(long LikelyTokens, long WorstTokens, int SampledRows, bool IsEstimate)
{
    /// <summary>Scripts with short words, and code, have up to about twice the tokens of four-character English.</summary>
    private const double UncountedMargin = 2;

    private const double TwoSided95 = 1.96;

    /// <summary>
    /// Scales a sample to all rows. Groups of rows are counted together, so the spread between groups gives the standard error
    /// of the mean; the worst adds 1.96 of them. A sample that is the whole set is exact.
    /// </summary>
    public static TokenForecast FromSample(IReadOnlyList<(int Rows, long Tokens)> groups, int totalRows, bool isEstimate)
    {
        var rows = groups.Sum(g => g.Rows);
        if (rows is 0 || totalRows is 0)
        {
            return new TokenForecast(0, 0, 0, isEstimate);
        }

        var mean = groups.Sum(g => g.Tokens) / (double)rows;
        var likely = (long)Math.Ceiling(mean * totalRows);
        if (isEstimate)
        {
            return new TokenForecast(likely, (long)Math.Ceiling(likely * UncountedMargin), rows, IsEstimate: true);
        }

        if (rows >= totalRows)
        {
            return new TokenForecast(likely, likely, rows, IsEstimate: false);
        }

        var squares = groups.Sum(g => g.Rows * Math.Pow((g.Tokens / (double)g.Rows) - mean, 2));
        var error = groups.Count > 1 ? Math.Sqrt(squares / rows / (groups.Count - 1)) : mean;
        return new TokenForecast(likely, (long)Math.Ceiling((mean + (TwoSided95 * error)) * totalRows), rows, IsEstimate: false);
    }
}
