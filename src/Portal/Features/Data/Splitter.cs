using System.IO.Hashing;
using System.Text;

namespace Portal.Features.Data;

/// <summary>The split of each row, in the order in which the rows were given.</summary>
internal sealed record SplitPlan(Split[] Splits)
{
    /// <summary>Rows that another of their group, or one nearly the same, keeps in its split.</summary>
    public int KeptTogether { get; init; }

    /// <summary>Rows that an earlier version has sealed, or nearly, and this one seals again.</summary>
    public int StaySealed { get; init; }

    /// <summary>Rows that an earlier version has sealed and the file gives to training or validation.</summary>
    public int Unsealed { get; init; }

    /// <summary>Rows that the file gives to one split, and nearly the same or another of the group to a stronger one.</summary>
    public int Crossing { get; init; }

    /// <summary>Synthetic rows that are in no split: training on them would be training on what is kept aside.</summary>
    public IReadOnlySet<int> LeftOut { get; init; } = new HashSet<int>();

    public int CountOf(Split split) => Splits.Where((s, row) => s == split && !LeftOut.Contains(row)).Count();
}

/// <summary>
/// Divides rows 80/10/10. Near-duplicates and groups never cross a split, what an earlier version has sealed stays sealed, and the
/// same rows give the same splits in whatever order they come. A split that the file brings is kept as it is, and its leaks counted.
/// Rows that a model wrote are trained on or left out, and the splits of all others are as if they were not there.
/// </summary>
internal static class Splitter
{
    /// <summary>Google's limit for a validation set.</summary>
    public const int MaximumValidation = 5_000;

    /// <summary>Of a hundred rows so many must have a date for the others to go along as the oldest.</summary>
    public const int LeastDatedPercent = 95;

    public static (int Train, int Validation, int Test) Sizes(int rows)
    {
        var test = (rows + 9) / 10;
        var validation = Math.Min(rows / 10, MaximumValidation);
        return (rows - test - validation, validation, test);
    }

    public static SplitPlan Assign(SplitRows rows, string seed, SplitMethod method = SplitMethod.Spread)
    {
        if (method is SplitMethod.ByDate && rows.Dated * 100L < rows.Written * (long)LeastDatedPercent)
        {
            throw new PortalException($"Only {rows.Dated:N0} of {rows.Written:N0} rows have a date that can be read, too few to divide by date. Choose another way to split, or map the column of dates.");
        }

        var clusters = SplitClusters.Of(rows, XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(seed)), method is SplitMethod.AsGiven);
        var (_, validation, test) = Sizes(rows.Written);
        if (method is SplitMethod.AsGiven)
        {
            // Only what the file leaves out altogether is made.
            Fill(clusters.All, Split.Test, clusters.All.Any(c => c.Split is Split.Test) ? 0 : test, Spread);
            Fill(clusters.All, Split.Validation, clusters.All.Any(c => c.Split is Split.Validation) ? 0 : validation, Spread);
        }
        else
        {
            Action<IReadOnlyList<SplitCluster>, Split, int> take = method is SplitMethod.ByDate ? TakeNewest : Spread;
            Fill(clusters.All, Split.Test, test, take);
            Fill(clusters.All, Split.Validation, validation, take);
        }

        return Plan(rows, clusters);
    }

    private static SplitPlan Plan(SplitRows rows, SplitClusters clusters)
    {
        // A row that a model wrote is trained on or is not in it at all.
        var splits = new Split[rows.Count];
        foreach (var cluster in clusters.All)
        {
            cluster.Rows.ForEach(row => splits[row] = cluster.Split);
        }

        return new SplitPlan(splits)
        {
            KeptTogether = clusters.All.Where(c => c.Size > 1).Sum(c => c.Size),
            StaySealed = clusters.All.Where(c => c.WasSealed && c.Split is Split.Test).Sum(c => c.Size),
            Unsealed = clusters.All.Where(c => c.WasSealed && c.Split is not Split.Test).Sum(c => c.Size),
            Crossing = clusters.Crossing,
            LeftOut = clusters.SyntheticBeside(splits),
        };
    }

    /// <summary>Fills a split from what is left to train on, up to a number of rows.</summary>
    private static void Fill(IReadOnlyList<SplitCluster> clusters, Split split, int size, Action<IReadOnlyList<SplitCluster>, Split, int> take)
    {
        var missing = size - clusters.Where(c => c.Split == split).Sum(c => c.Size);
        if (missing > 0)
        {
            take(clusters, split, missing);
        }
    }

    private static void TakeNewest(IReadOnlyList<SplitCluster> clusters, Split split, int missing)
    {
        var left = clusters.Where(c => c.Split is Split.Train).Sum(c => c.Size);
        foreach (var cluster in clusters.Where(c => c.Split is Split.Train).OrderByDescending(c => c.Date ?? DateTime.MinValue).ThenBy(c => c.Order))
        {
            // A cluster that would make the split far too large stays in training: of two evils the smaller.
            if (missing > 0 && cluster.Size < left && cluster.Size <= Math.Max(1, missing * 3 / 2))
            {
                cluster.Split = split;
                missing -= cluster.Size;
                left -= cluster.Size;
            }
        }
    }

    /// <summary>
    /// What is sealed is drawn first from rows that the last version did not train on, up to half of them: on those alone can the model of that
    /// version be held against its successor, which is to learn from the other half.
    /// </summary>
    private static void Spread(IReadOnlyList<SplitCluster> clusters, Split split, int size)
    {
        var fresh = split is Split.Test ? clusters.Where(c => c is { IsNew: true, Split: Split.Train }).ToList() : [];
        var drawn = Math.Min(size, fresh.Sum(c => c.Size) / 2);
        size -= drawn > 0 ? Draw(fresh, split, drawn) : 0;
        if (size > 0)
        {
            Draw(clusters, split, size);
        }
    }

    /// <returns>How many rows were moved.</returns>
    private static int Draw(IReadOnlyList<SplitCluster> clusters, Split split, int size)
    {
        var strata = clusters.GroupBy(c => c.Stratum).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => new Stratum([.. g], g.Sum(c => c.Size))).ToList();
        var shares = Shares(strata, size);
        var missing = size;
        for (var i = 0; i < strata.Count; i++)
        {
            missing -= Take(strata[i].Clusters, split, shares[i]);
        }

        // What whole clusters could not fill comes from any label that has rows to spare.
        foreach (var stratum in strata.OrderByDescending(s => s.Rows))
        {
            missing -= missing > 0 ? Take(stratum.Clusters, split, missing) : 0;
        }

        return size - missing;
    }

    /// <summary>Moves clusters from training into a split, up to a number of rows, always leaving something to train on.</summary>
    private static int Take(List<SplitCluster> clusters, Split split, int wanted)
    {
        var taken = 0;
        var left = clusters.Where(c => c.Split is Split.Train).Sum(c => c.Size);
        foreach (var cluster in clusters)
        {
            if (taken == wanted)
            {
                break;
            }

            if (cluster.Split is Split.Train && cluster.Size <= wanted - taken && cluster.Size < left)
            {
                cluster.Split = split;
                taken += cluster.Size;
                left -= cluster.Size;
            }
        }

        return taken;
    }

    /// <summary>Shares by largest remainder; a label of three rows or more gets at least one while the split has room for it.</summary>
    private static int[] Shares(List<Stratum> strata, int size)
    {
        var total = strata.Sum(s => s.Rows);
        var exact = strata.Select(s => (double)s.Rows * size / total).ToArray();
        var shares = exact.Select(e => (int)e).ToArray();
        var room = size - shares.Sum();
        foreach (var i in Enumerable.Range(0, strata.Count).Where(i => shares[i] is 0 && strata[i].Rows >= 3).OrderByDescending(i => strata[i].Rows).Take(room).ToList())
        {
            shares[i] = 1;
            room--;
        }

        foreach (var i in Enumerable.Range(0, strata.Count).OrderByDescending(i => exact[i] - shares[i]).ThenBy(i => i).Take(room).ToList())
        {
            shares[i]++;
        }

        return shares;
    }

    private sealed record Stratum(List<SplitCluster> Clusters, int Rows);
}
