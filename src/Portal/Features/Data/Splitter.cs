using System.IO.Hashing;

namespace Portal.Features.Data;

/// <summary>The rows as the splitter sees them: a key of the content, the label each must be spread by, and the words.</summary>
internal sealed class SplitRows
{
    private readonly TextScan _scan = new();
    private readonly List<UInt128> _contents = [];
    private readonly List<string> _strata = [];

    public int Count => _contents.Count;

    public RowPrints Prints { get; } = new();

    public UInt128 ContentOf(int row) => _contents[row];

    public string StratumOf(int row) => _strata[row];

    public void Add(string input, string output, string stratum)
    {
        _scan.Read(input);
        Prints.Add(_scan.Pairs, _scan.KeyOf(input));
        _contents.Add(TextKey.Of(input, output));
        _strata.Add(stratum);
    }
}

/// <summary>The split of each row, in the order in which the rows were given.</summary>
internal sealed record SplitPlan(Split[] Splits, int KeptTogether)
{
    public int CountOf(Split split) => Splits.Count(s => s == split);
}

/// <summary>
/// Divides rows 80/10/10. Near-duplicates never cross a split, each label is spread over the three where it can be, and the
/// same rows give the same splits in whatever order they come.
/// </summary>
internal static class Splitter
{
    /// <summary>Google's limit for a validation set.</summary>
    public const int MaximumValidation = 5_000;

    public static (int Train, int Validation, int Test) Sizes(int rows)
    {
        var test = (rows + 9) / 10;
        var validation = Math.Min(rows / 10, MaximumValidation);
        return (rows - test - validation, validation, test);
    }

    public static SplitPlan Assign(SplitRows rows, string seed)
    {
        var order = Enumerable.Range(0, rows.Count).ToArray();
        Array.Sort(order, (a, b) => rows.ContentOf(a).CompareTo(rows.ContentOf(b)));
        var groups = NearDuplicates.Group(rows.Prints, order);
        var clusters = Clusters(rows, order, groups, XxHash3.HashToUInt64(System.Text.Encoding.UTF8.GetBytes(seed)));
        Fill(clusters, Sizes(rows.Count));

        var splits = new Split[rows.Count];
        foreach (var cluster in clusters)
        {
            cluster.Rows.ForEach(rank => splits[order[rank]] = cluster.Split);
        }

        return new SplitPlan(splits, clusters.Where(c => c.Size > 1).Sum(c => c.Size));
    }

    private static List<Cluster> Clusters(SplitRows rows, int[] order, int[] groups, ulong seed)
    {
        Dictionary<int, Cluster> byGroup = [];
        for (var rank = 0; rank < groups.Length; rank++)
        {
            if (!byGroup.TryGetValue(groups[rank], out var cluster))
            {
                // Its first row is the one with the least content key, whatever the order of the file was.
                var content = rows.ContentOf(order[rank]);
                byGroup[groups[rank]] = cluster = new Cluster(XxHash3.HashToUInt64(BitConverter.GetBytes((ulong)(content >> 64) ^ (ulong)content), (long)seed));
            }

            cluster.Rows.Add(rank);
        }

        foreach (var cluster in byGroup.Values)
        {
            cluster.Stratum = cluster.Size is 1 ? rows.StratumOf(order[cluster.Rows[0]]) : cluster.Rows.GroupBy(rank => rows.StratumOf(order[rank]))
                .OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).First().Key;
        }

        return [.. byGroup.Values.OrderBy(c => c.Order).ThenBy(c => c.Rows[0])];
    }

    private static void Fill(List<Cluster> clusters, (int Train, int Validation, int Test) sizes)
    {
        var strata = clusters.GroupBy(c => c.Stratum).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => new Stratum([.. g], g.Sum(c => c.Size))).ToList();
        foreach (var (split, size) in new[] { (Split.Test, sizes.Test), (Split.Validation, sizes.Validation) })
        {
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
        }
    }

    /// <summary>Moves clusters from training into a split, up to a number of rows, always leaving something to train on.</summary>
    private static int Take(List<Cluster> clusters, Split split, int wanted)
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

    private sealed record Stratum(List<Cluster> Clusters, int Rows);

    private sealed class Cluster(ulong order)
    {
        public ulong Order { get; } = order;

        public List<int> Rows { get; } = [];

        public int Size => Rows.Count;

        public string Stratum { get; set; } = "";

        public Split Split { get; set; } = Split.Train;
    }
}
