using System.IO.Hashing;

namespace Portal.Features.Data;

/// <summary>Rows that must not be torn apart.</summary>
internal sealed class SplitCluster(ulong order)
{
    /// <summary>Its place in the draw: chance, but the same for the same content.</summary>
    public ulong Order { get; } = order;

    public List<int> Rows { get; } = [];

    public int Size => Rows.Count;

    public string Stratum { get; set; } = "";

    public DateTime? Date { get; set; }

    /// <summary>An earlier version has sealed one of its rows, or one nearly the same.</summary>
    public bool WasSealed { get; init; }

    /// <summary>There is an earlier version, and it trains on none of its rows.</summary>
    public bool IsNew { get; init; }

    /// <summary>Where nothing else decides, a row is trained on.</summary>
    public Split Split { get; set; } = Split.Train;
}

/// <summary>Finds what stays together: near-duplicates, rows of one group, and whatever hangs together by both.</summary>
internal sealed class SplitClusters
{
    private readonly SplitRows _rows;
    private readonly int[] _roots;

    private SplitClusters(SplitRows rows)
    {
        _rows = rows;
        _roots = RootsOf(rows, [.. Enumerable.Range(0, rows.CountOfAll).Where(row => !rows.IsSynthetic(row))]);
    }

    /// <summary>Rows of which a stronger split holds nearly the same, or another of their group.</summary>
    public int Crossing { get; private set; }

    public IReadOnlyList<SplitCluster> All { get; private set; } = [];

    public static SplitClusters Of(SplitRows rows, ulong seed, bool isGiven)
    {
        var clusters = new SplitClusters(rows);
        var together = Enumerable.Range(0, rows.CountOfAll).Where(row => !rows.IsSynthetic(row)).GroupBy(row => clusters._roots[row]);
        clusters.All = [.. together.SelectMany(members => clusters.Divide([.. members], seed, isGiven)).OrderBy(c => c.Order).ThenBy(c => c.Rows[0])];
        return clusters;
    }

    /// <summary>
    /// The synthetic rows that hang together with a row that is kept aside, by whatever chain, or were made from one. They join nothing:
    /// what people wrote is divided without them first.
    /// </summary>
    public IReadOnlySet<int> SyntheticBeside(Split[] splits)
    {
        if (!_rows.HasSynthetic)
        {
            return new HashSet<int>();
        }

        var roots = RootsOf(_rows, [.. Enumerable.Range(0, _rows.CountOfAll)]);
        var aside = Enumerable.Range(0, _rows.CountOfAll).Where(row => _rows.IsSealed(row) || (!_rows.IsSynthetic(row) && splits[row] is not Split.Train)).Select(row => roots[row]).ToHashSet();
        return _rows.Synthetic().Where(s => aside.Contains(roots[s.Row]) || s.Seeds.Any(seed => splits[seed] is not Split.Train)).Select(s => s.Row).ToHashSet();
    }

    private IEnumerable<SplitCluster> Divide(List<int> members, ulong seed, bool isGiven)
    {
        var rows = members.Where(r => !_rows.IsSealed(r)).ToList();
        var wasSealed = rows.Count < members.Count;
        if (!isGiven)
        {
            return rows.Count is 0 ? [] : [Make(rows, seed, wasSealed, wasSealed ? Split.Test : null)];
        }

        // The strongest split is the one that must stay clean: what a test holds should be nowhere else.
        var strongest = rows.Max(r => _rows.GivenOf(r));
        Crossing += rows.Count(r => _rows.GivenOf(r) is { } given && given != strongest);
        return rows.GroupBy(r => _rows.GivenOf(r) ?? strongest).Select(g => Make([.. g], seed, wasSealed, g.Key));
    }

    private SplitCluster Make(List<int> rows, ulong seed, bool wasSealed, Split? split)
    {
        // Whatever the order of the file was.
        rows.Sort((a, b) => _rows.ContentOf(a).CompareTo(_rows.ContentOf(b)));
        var content = _rows.ContentOf(rows[0]);
        var cluster = new SplitCluster(XxHash3.HashToUInt64(BitConverter.GetBytes((ulong)(content >> 64) ^ (ulong)content), (long)seed))
        {
            WasSealed = wasSealed,
            IsNew = rows.TrueForAll(_rows.IsNew),
            Date = rows.Max(_rows.DateOf),
            Stratum = rows.Count is 1 ? _rows.StratumOf(rows[0]) : rows.GroupBy(_rows.StratumOf)
                .OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).First().Key,
            Split = split ?? Split.Train,
        };
        cluster.Rows.AddRange(rows);
        return cluster;
    }

    /// <summary>For each of some rows the place of the cluster it belongs to.</summary>
    private static int[] RootsOf(SplitRows rows, int[] order)
    {
        Array.Sort(order, (a, b) => rows.ContentOf(a).CompareTo(rows.ContentOf(b)));
        var alike = NearDuplicates.Group(rows.Prints, order);
        var roots = new int[rows.CountOfAll];
        Array.Fill(roots, -1);
        for (var place = 0; place < order.Length; place++)
        {
            roots[order[place]] = alike[place];
        }

        // The places are their own parents; a group joins those of its members.
        var parents = Enumerable.Range(0, order.Length).ToArray();
        foreach (var group in rows.Groups)
        {
            var members = group.Where(member => roots[member] >= 0).ToList();
            foreach (var member in members)
            {
                var (one, other) = (Find(roots[members[0]]), Find(roots[member]));
                parents[Math.Max(one, other)] = Math.Min(one, other);
            }
        }

        foreach (var row in order)
        {
            roots[row] = Find(roots[row]);
        }

        return roots;

        int Find(int place)
        {
            while (parents[place] != place)
            {
                place = parents[place] = parents[parents[place]];
            }

            return place;
        }
    }
}
