namespace Portal.Features.Monitor;

/// <summary>The chi-square distribution: how large a sum of squared deviations gets by chance alone.</summary>
public static class ChiSquare
{
    /// <summary>What chance stays below with this probability.</summary>
    public static double Quantile(int degrees, double probability)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(degrees, 1);
        if (probability is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "A probability lies between 0 and 1.");
        }

        // Halving is exact to the last bit that matters and needs no table.
        var (low, high) = (0.0, degrees + (40 * Math.Sqrt(2.0 * degrees)) + 100);
        for (var i = 0; i < 100; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = Cumulative(degrees, middle) < probability ? (middle, high) : (low, middle);
        }

        return low;
    }

    /// <summary>P(X ≤ x), by the series of the incomplete gamma function, and by Lentz's continued fraction where that is long.</summary>
    public static double Cumulative(int degrees, double x)
    {
        var (a, z) = (degrees / 2.0, x / 2);
        if (z <= 0)
        {
            return 0;
        }

        var front = Math.Exp((a * Math.Log(z)) - z - LogGamma(degrees));
        return z < a + 1 ? front * Series(a, z) : 1 - (front * Fraction(a, z));
    }

    private static double Series(double a, double z)
    {
        var (term, sum) = (1 / a, 1 / a);
        for (var n = 1; n < 10_000 && term > sum * 1e-17; n++)
        {
            term *= z / (a + n);
            sum += term;
        }

        return sum;
    }

    private static double Fraction(double a, double z)
    {
        const double Tiny = 1e-300;
        var b = z + 1 - a;
        var (c, d) = (1 / Tiny, 1 / b);
        var result = d;
        for (var i = 1; i < 10_000; i++)
        {
            var step = -i * (i - a);
            b += 2;
            d = 1 / NotZero((step * d) + b);
            c = NotZero(b + (step / c));
            result *= d * c;
            if (Math.Abs((d * c) - 1) < 1e-16)
            {
                break;
            }
        }

        return result;

        static double NotZero(double value) => Math.Abs(value) < Tiny ? Tiny : value;
    }

    /// <summary>ln Γ(degrees ÷ 2), from Γ(½) = √π or Γ(1) = 1 upwards.</summary>
    private static double LogGamma(int degrees)
    {
        var sum = degrees % 2 is 0 ? 0 : Math.Log(Math.PI) / 2;
        for (var half = degrees % 2 is 0 ? 1.0 : 0.5; half < degrees / 2.0; half++)
        {
            sum += Math.Log(half);
        }

        return sum;
    }
}
