namespace Portal.Features.Model;

/// <summary>
/// Exact test for two candidates on the same rows. Rows on which both are right, or both wrong, say nothing; of the others,
/// each would fall to either side like a coin if the candidates were equally good.
/// </summary>
public static class McNemar
{
    /// <summary>Two-sided: how likely a split at least this uneven is by chance alone.</summary>
    public static double ExactP(int better, int worse)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(better);
        ArgumentOutOfRangeException.ThrowIfNegative(worse);
        long n = (long)better + worse;
        long fewer = Math.Min(better, worse);

        var logTerm = -n * Math.Log(2);
        for (long k = 1; k <= fewer; k++)
        {
            logTerm += Math.Log(n - k + 1) - Math.Log(k);
        }

        // From the largest term down: each next one is smaller by a known ratio, until it no longer counts.
        var term = Math.Exp(logTerm);
        var tail = 0.0;
        for (var k = fewer; k >= 0 && term > tail * 1e-17; k--)
        {
            tail += term;
            term *= k / (double)(n - k + 1);
        }

        return Math.Min(1, 2 * tail);
    }
}
