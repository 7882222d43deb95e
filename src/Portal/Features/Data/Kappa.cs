namespace Portal.Features.Data;

/// <summary>
/// How much more two people agree than their habits alone would make them: Cohen's kappa with its 95 % interval by the large-sample variance
/// of Fleiss, Cohen and Everitt (Psychological Bulletin 72, 1969).
/// </summary>
/// <param name="N">Rows that both have judged.</param>
/// <param name="Agreed">Of those, the ones with the same judgement.</param>
/// <param name="Value">1 is full agreement, 0 what chance would do; null where both gave one and the same judgement throughout, which tells nothing.</param>
/// <param name="Low">The interval's lower end.</param>
/// <param name="High">The interval's upper end.</param>
public sealed record Kappa(int N, int Agreed, double? Value, double Low, double High)
{
    private const double TwoSided = 1.959963984540054;

    /// <param name="counts">Square: the one's judgements down, the other's across, in the same order.</param>
    public static Kappa Of(int[,] counts)
    {
        var size = counts.GetLength(0);
        var (n, agreed) = (0, 0);
        for (var i = 0; i < size; i++)
        {
            agreed += counts[i, i];
            for (var j = 0; j < size; j++)
            {
                n += counts[i, j];
            }
        }

        if (n is 0)
        {
            return new Kappa(0, 0, null, 0, 0);
        }

        var (rows, columns) = (new double[size], new double[size]);
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < size; j++)
            {
                rows[i] += counts[i, j] / (double)n;
                columns[j] += counts[i, j] / (double)n;
            }
        }

        var expected = rows.Zip(columns, (r, c) => r * c).Sum();
        if (1 - expected < 1e-12)
        {
            return new Kappa(n, agreed, null, 0, 0);
        }

        var kappa = ((agreed / (double)n) - expected) / (1 - expected);
        var half = TwoSided * Math.Sqrt(Math.Max(0, Variance(counts, n, rows, columns, expected, kappa)));
        return new Kappa(n, agreed, kappa, Math.Max(-1, kappa - half), Math.Min(1, kappa + half));
    }

    /// <summary>The usual words for it, after Landis and Koch (1977). They are a habit of speech and no test.</summary>
    public string Words => Value switch
    {
        null => "cannot be told",
        < 0 => "worse than chance",
        <= 0.2 => "slight",
        <= 0.4 => "fair",
        <= 0.6 => "moderate",
        <= 0.8 => "substantial",
        _ => "almost perfect",
    };

    private static double Variance(int[,] counts, int n, double[] rows, double[] columns, double expected, double kappa)
    {
        var (same, other) = (0.0, 0.0);
        for (var i = 0; i < rows.Length; i++)
        {
            for (var j = 0; j < rows.Length; j++)
            {
                var share = counts[i, j] / (double)n;
                if (i == j)
                {
                    same += share * Math.Pow(1 - ((rows[i] + columns[i]) * (1 - kappa)), 2);
                }
                else
                {
                    other += share * Math.Pow(columns[i] + rows[j], 2);
                }
            }
        }

        return (same + (Math.Pow(1 - kappa, 2) * other) - Math.Pow(kappa - (expected * (1 - kappa)), 2)) / (n * Math.Pow(1 - expected, 2));
    }
}
