namespace Portal.Features.Data;

/// <summary>
/// Groups texts that are the same but for case, punctuation and white space, or that share four fifths of their word pairs.
/// Candidates come from MinHash in 16 bands of 4, each is verified, and crowded buckets are compared with their first
/// members only, so the time grows with the rows and not with their square.
/// </summary>
internal static class NearDuplicates
{
    public const double Threshold = 0.8;

    private const int Bands = 16;
    private const int RowsPerBand = 4;
    private const int ComparedPerBucket = 32;

    /// <summary>For each text the lowest index of its group. The order of the texts decides ties, so sort them by content first.</summary>
    public static int[] Group(IReadOnlyList<(uint[] Pairs, UInt128 Words)> texts)
    {
        var parents = Enumerable.Range(0, texts.Count).ToArray();
        JoinEqualWords(texts, parents);
        var random = new Random(20_261);
        var keys = new ulong[texts.Count];
        var order = new int[texts.Count];
        for (var band = 0; band < Bands; band++)
        {
            var factors = Enumerable.Range(0, RowsPerBand).Select(_ => ((ulong)random.NextInt64() | 1, (ulong)random.NextInt64())).ToArray();
            for (var i = 0; i < keys.Length; i++)
            {
                (keys[i], order[i]) = (KeyOf(texts[i].Pairs, factors), i);
            }

            Array.Sort(keys, order);
            JoinBuckets(texts, keys, order, parents);
        }

        for (var i = 0; i < parents.Length; i++)
        {
            parents[i] = Find(parents, i);
        }

        return parents;
    }

    private static void JoinEqualWords(IReadOnlyList<(uint[] Pairs, UInt128 Words)> texts, int[] parents)
    {
        var firsts = new Dictionary<UInt128, int>(texts.Count);
        for (var i = 0; i < texts.Count; i++)
        {
            if (!firsts.TryAdd(texts[i].Words, i))
            {
                Join(parents, firsts[texts[i].Words], i);
            }
        }
    }

    private static void JoinBuckets(IReadOnlyList<(uint[] Pairs, UInt128 Words)> texts, ulong[] keys, int[] order, int[] parents)
    {
        List<int> compared = [];
        for (int from = 0, to; from < keys.Length; from = to)
        {
            for (to = from + 1; to < keys.Length && keys[to] == keys[from]; to++)
            {
            }

            if (to - from < 2 || texts[order[from]].Pairs.Length is 0)
            {
                continue;
            }

            Array.Sort(order, from, to - from);
            compared.Clear();
            for (var i = from; i < to; i++)
            {
                Compare(texts, order[i], compared, parents);
            }
        }
    }

    private static void Compare(IReadOnlyList<(uint[] Pairs, UInt128 Words)> texts, int text, List<int> compared, int[] parents)
    {
        foreach (var other in compared)
        {
            if (Find(parents, other) == Find(parents, text))
            {
                return;
            }

            if (Shingles.Jaccard(texts[other].Pairs, texts[text].Pairs) >= Threshold)
            {
                Join(parents, other, text);
                return;
            }
        }

        if (compared.Count < ComparedPerBucket)
        {
            compared.Add(text);
        }
    }

    private static ulong KeyOf(uint[] pairs, (ulong Factor, ulong Offset)[] factors)
    {
        var key = 14695981039346656037UL;
        foreach (var (factor, offset) in factors)
        {
            var least = ulong.MaxValue;
            foreach (var pair in pairs)
            {
                least = Math.Min(least, ((pair * factor) + offset) >> 32);
            }

            key = (key ^ least) * 1099511628211UL;
        }

        return key;
    }

    private static int Find(int[] parents, int i)
    {
        while (parents[i] != i)
        {
            i = parents[i] = parents[parents[i]];
        }

        return i;
    }

    private static void Join(int[] parents, int left, int right)
    {
        var (a, b) = (Find(parents, left), Find(parents, right));
        parents[Math.Max(a, b)] = Math.Min(a, b);
    }
}
