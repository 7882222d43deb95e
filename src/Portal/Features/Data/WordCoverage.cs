namespace Portal.Features.Data;

/// <summary>
/// How well the special words of the rows, those that are nobody's everyday words, are covered: seen in five rows or more, or in a
/// single one. Counts by hash in a table of fixed size, so a huge vocabulary makes it slightly too kind, never large.
/// </summary>
internal sealed class WordCoverage
{
    private const int Slots = 1 << 20;
    private const int Enough = 5;
    private const int FewestRows = 50;

    /// <summary>One odd word is a typing slip; several are a subject of their own.</summary>
    private const int Several = 2;

    private readonly byte[] _counts = new byte[Slots];
    private readonly int[] _last = new int[Slots];
    private int _rows;

    public void Add(ReadOnlySpan<ulong> words, int number)
    {
        _rows++;
        foreach (var word in words)
        {
            var slot = (int)(word >> 44);
            if (_last[slot] != number && WordTable.Find(word).Languages is 0)
            {
                _last[slot] = number;
                _counts[slot] = (byte)Math.Min(255, _counts[slot] + 1);
            }
        }
    }

    /// <summary>Other rows, counted by another thread. In whichever order they are added, the sum is the same.</summary>
    public void Add(WordCoverage others)
    {
        _rows += others._rows;
        for (var slot = 0; slot < Slots; slot++)
        {
            if (others._counts[slot] is not 0 and var count)
            {
                // Which row it was matters only where it is a single one.
                _last[slot] = others._last[slot];
                _counts[slot] = (byte)Math.Min(255, _counts[slot] + count);
            }
        }
    }

    /// <summary>Rows with several words that no other row has, and the share of special words that are seen often enough.</summary>
    public (List<int> Rows, string Figure) Conclude()
    {
        int all = 0, covered = 0;
        Dictionary<int, int> lonely = [];
        for (var slot = 0; slot < Slots; slot++)
        {
            all += _counts[slot] > 0 ? 1 : 0;
            covered += _counts[slot] >= Enough ? 1 : 0;
            if (_counts[slot] is 1)
            {
                lonely[_last[slot]] = lonely.GetValueOrDefault(_last[slot]) + 1;
            }
        }

        return all is 0 || _rows < FewestRows
            ? ([], "")
            : ([.. lonely.Where(r => r.Value >= Several).Select(r => r.Key).Order()], $"{100.0 * covered / all:0.#} % of {all:N0} special words are seen in {Enough} rows or more");
    }
}
