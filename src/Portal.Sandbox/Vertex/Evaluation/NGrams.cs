namespace Portal.Sandbox.Vertex.Evaluation;

/// <summary>Runs of words, counted.</summary>
internal static class NGrams
{
    /// <summary>How many runs of this length both have, each at most as often as in the other.</summary>
    public static int Overlap(IReadOnlyList<string> first, IReadOnlyList<string> second, int length)
    {
        var counts = Count(second, length);
        var overlap = 0;
        foreach (var (gram, count) in Count(first, length))
        {
            overlap += Math.Min(count, counts.GetValueOrDefault(gram));
        }

        return overlap;
    }

    private static Dictionary<string, int> Count(IReadOnlyList<string> words, int length)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var at = 0; at + length <= words.Count; at++)
        {
            var gram = string.Join(' ', words.Skip(at).Take(length));
            counts[gram] = counts.GetValueOrDefault(gram) + 1;
        }

        return counts;
    }
}
