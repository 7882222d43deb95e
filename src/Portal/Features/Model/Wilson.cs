namespace Portal.Features.Model;

/// <summary>
/// Interval of a rate after Wilson (1927): honest at few rows and near 0 and 1, where the textbook interval leaves the
/// range or shrinks to a point.
/// </summary>
public static class Wilson
{
    public static (double Low, double High) Interval(long successes, long n, double confidence = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, n);
        if (n is 0)
        {
            return (0, 1);
        }

        var z = Z(confidence);
        var share = (double)successes / n;
        var spread = z * z / n;
        var middle = (share + (spread / 2)) / (1 + spread);
        var half = z / (1 + spread) * Math.Sqrt((share * (1 - share) / n) + (spread / (4 * n)));
        // At the ends the formula is exactly 0 or 1; rounding must not say otherwise.
        return (successes is 0 ? 0 : middle - half, successes == n ? 1 : middle + half);
    }

    /// <summary>How many standard deviations hold this much of a normal distribution: 0.95 → 1.96.</summary>
    internal static double Z(double confidence = 0.95)
    {
        if (confidence is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "A confidence lies between 0 and 1.");
        }

        return confidence is 0.95 ? 1.959963984540054 : UpperQuantile((1 - confidence) / 2);
    }

    // Halving is exact to the last bit that matters and needs no table; it runs once a call, for unusual confidences only.
    private static double UpperQuantile(double tail)
    {
        var (low, high) = (0.0, 40.0);
        for (var i = 0; i < 80; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = UpperTail(middle) > tail ? (middle, high) : (low, middle);
        }

        return low;
    }

    /// <summary>P(Z &gt; z) for z ≥ 0, by series near 0 and by Lentz's continued fraction in the tail.</summary>
    private static double UpperTail(double z)
    {
        var density = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI);
        if (z < 3)
        {
            var (term, sum) = (z, z);
            for (var k = 3; Math.Abs(term) > 1e-17; k += 2)
            {
                term *= z * z / k;
                sum += term;
            }

            return 0.5 - (density * sum);
        }

        var fraction = z;
        for (var k = 60; k > 0; k--)
        {
            fraction = z + (k / fraction);
        }

        return density / fraction;
    }
}
