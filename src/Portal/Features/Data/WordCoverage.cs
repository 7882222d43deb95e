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

    private const int CountBits = 3;
    private const uint MostCounted = (1 << CountBits) - 1;

    /// <summary>How many rows have the word, up to seven, below the last row that has it: one step in memory for both.</summary>
    private readonly uint[] _seen = new uint[Slots];
    private int _rows;

    /// <param name="words">That are nobody's everyday ones.</param>
    public void Add(ReadOnlySpan<ulong> words, int number)
    {
        _rows++;
        foreach (var word in words)
        {
            ref var seen = ref _seen[(int)(word >> 44)];
            if (seen >> CountBits != (uint)number)
            {
                seen = ((uint)number << CountBits) | Math.Min(MostCounted, (seen & MostCounted) + 1);
            }
        }
    }

    /// <summary>Other rows, counted by another thread. In whichever order they are added, the sum is the same.</summary>
    public void Add(WordCoverage others)
    {
        _rows += others._rows;
        for (var slot = 0; slot < Slots; slot++)
        {
            if (others._seen[slot] is not 0 and var seen)
            {
                // Which row it was matters only where it is a single one.
                _seen[slot] = (seen & ~MostCounted) | Math.Min(MostCounted, (seen & MostCounted) + (_seen[slot] & MostCounted));
            }
        }
    }

    /// <summary>Rows with several words that no other row has, and the share of special words that are seen often enough.</summary>
    public (List<int> Rows, string Figure) Conclude()
    {
        int all = 0, covered = 0;
        Dictionary<int, int> lonely = [];
        foreach (var seen in _seen)
        {
            var count = seen & MostCounted;
            all += count > 0 ? 1 : 0;
            covered += count >= Enough ? 1 : 0;
            if (count is 1)
            {
                var row = (int)(seen >> CountBits);
                lonely[row] = lonely.GetValueOrDefault(row) + 1;
            }
        }

        return all is 0 || _rows < FewestRows
            ? ([], "")
            : ([.. lonely.Where(r => r.Value >= Several).Select(r => r.Key).Order()], $"{100.0 * covered / all:0.#} % of {all:N0} special words are seen in {Enough} rows or more");
    }
}
