namespace Portal.Features.Data;

/// <summary>
/// Groups texts that are the same but for case, punctuation and white space, or that share four fifths of their word pairs.
/// Candidates agree in a key of MinHash, each is verified on the pairs themselves, and crowded buckets are compared with their
/// first members only, so the time grows with the rows and not with their square.
/// </summary>
internal sealed class NearDuplicates
{
    public const double Threshold = 0.8;

    private const int ComparedPerBucket = 32;
    private const int KeysAtOnce = 2;

    private readonly RowPrints _prints;
    private readonly int[] _order;
    private readonly int[] _parents;

    /// <summary>Distinct pairs of a row once it has been compared: 0 until then.</summary>
    private readonly byte[] _sorted;

    private readonly int[] _compared = new int[ComparedPerBucket];

    private NearDuplicates(RowPrints prints, int[] order) =>
        (_prints, _order, _parents, _sorted) = (prints, order, [.. Enumerable.Range(0, order.Length)], new byte[prints.Count]);

    /// <summary>
    /// For each place of the order the lowest place of its group. The order decides ties: who wants the same groups whatever the
    /// order of a file sorts by content first.
    /// </summary>
    public static int[] Group(RowPrints prints, int[]? order = null)
    {
        var search = new NearDuplicates(prints, order ?? [.. Enumerable.Range(0, prints.Count)]);
        search.JoinAll();
        for (var i = 0; i < search._parents.Length; i++)
        {
            search._parents[i] = search.Find(i);
        }

        return search._parents;
    }

    private void JoinAll()
    {
        var searches = Enumerable.Range(0, KeysAtOnce).Select(_ => new EqualKeys(_order.Length)).ToArray();
        JoinEqualWords(searches[0].Find(keys => _prints.TakeWords(_order, keys)));
        for (var first = 0; first < MinHash.Keys; first += KeysAtOnce)
        {
            // The search is most of the work and needs nothing of the other keys; joining is little and goes in order.
            Parallel.For(0, KeysAtOnce, i => searches[i].Find(keys => _prints.TakeKeys(_order, first + i, keys)));
            foreach (var search in searches)
            {
                JoinBuckets(search.Found);
            }
        }
    }

    private void JoinEqualWords(ReadOnlySpan<ulong> keys)
    {
        for (var i = 1; i < keys.Length; i++)
        {
            // Half of the hash is sorted by; neighbours that share it are looked at whole.
            for (var j = i - 1; j >= 0 && keys[j] >> 32 == keys[i] >> 32 && i - j <= ComparedPerBucket; j--)
            {
                var (left, right) = ((int)(uint)keys[j], (int)(uint)keys[i]);
                if (_prints.WordsOf(_order[left]) is not 0 and var words && words == _prints.WordsOf(_order[right]))
                {
                    Join(left, right);
                    break;
                }
            }
        }
    }

    private void JoinBuckets(ReadOnlySpan<ulong> keys)
    {
        for (int from = 0, to; from < keys.Length; from = to)
        {
            for (to = from + 1; to < keys.Length && keys[to] >> 32 == keys[from] >> 32; to++)
            {
            }

            var compared = 0;
            for (var i = from; to - from > 1 && i < to; i++)
            {
                compared = Compare((int)(uint)keys[i], compared);
            }
        }
    }

    private int Compare(int place, int compared)
    {
        for (var i = 0; i < compared; i++)
        {
            var other = _compared[i];
            if (Find(other) == Find(place))
            {
                return compared;
            }

            if (Shingles.Jaccard(SortedPairs(_order[other]), SortedPairs(_order[place])) >= Threshold)
            {
                Join(other, place);
                return compared;
            }
        }

        if (compared < ComparedPerBucket)
        {
            _compared[compared++] = place;
        }

        return compared;
    }

    private ReadOnlySpan<uint> SortedPairs(int row)
    {
        var pairs = _prints.PairsOf(row);
        if (_sorted[row] is 0 && pairs.Length > 0)
        {
            _sorted[row] = (byte)Shingles.Distinct(pairs);
        }

        return pairs[.._sorted[row]];
    }

    private int Find(int i)
    {
        while (_parents[i] != i)
        {
            i = _parents[i] = _parents[_parents[i]];
        }

        return i;
    }

    private void Join(int left, int right)
    {
        var (a, b) = (Find(left), Find(right));
        _parents[Math.Max(a, b)] = Math.Min(a, b);
    }
}
