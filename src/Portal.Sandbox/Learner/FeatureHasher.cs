namespace Portal.Sandbox.Learner;

/// <summary>
/// Turns text into hash buckets: single words, pairs of neighbours and, above Flash-Lite, letter groups inside a word's
/// borders; Pro also sees pairs with one word between. Each kind has its own range, so a bucket tells its kind.
/// </summary>
internal static class FeatureHasher
{
    public const int Buckets = 1 << 18;
    private const int Quarter = Buckets / 4;
    private const ulong LetterSalt = 0x8FB4A3C1D5E60927;
    private const int ShortestGroup = 3;
    private const int LongestGroup = 5;

    public enum Kind
    {
        Word,
        Pair,
        LetterGroup,
    }

    public static Kind KindOf(int bucket) => bucket < Quarter ? Kind.Word : bucket < 2 * Quarter ? Kind.Pair : Kind.LetterGroup;

    /// <summary>Buckets in order of appearance, repeated as often as they appear; reading stops at the limit.</summary>
    public static List<int> Hash(LearnerTier tier, string text, int limit)
    {
        var words = WordScanner.Words(text, limit);
        var buckets = new List<int>(Math.Min(limit, words.Count * 16));
        for (var i = 0; i < words.Count && buckets.Count < limit; i++)
        {
            buckets.Add(InRange(Hash(words[i], 1), 0, Quarter));
            if (i > 0)
            {
                buckets.Add(Pair(words[i - 1], words[i], 2));
            }

            if (i > 1 && tier == LearnerTier.Pro)
            {
                buckets.Add(Pair(words[i - 2], words[i], 3));
            }

            if (tier != LearnerTier.FlashLite)
            {
                AddLetterGroups(words[i], buckets);
            }
        }

        return buckets;
    }

    private static int Pair(string first, string second, ulong salt) =>
        InRange(Hash(first, salt) * 31 + Hash(second, salt), Quarter, Quarter);

    private static void AddLetterGroups(string word, List<int> buckets)
    {
        var bordered = $"<{word}>";
        for (var start = 0; start <= bordered.Length - ShortestGroup; start++)
        {
            var hash = LetterSalt;
            for (var end = start; end < bordered.Length && end < start + LongestGroup; end++)
            {
                hash = (hash ^ bordered[end]) * 0x100000001B3;
                if (end - start + 1 >= ShortestGroup)
                {
                    buckets.Add(InRange(hash, 2 * Quarter, 2 * Quarter));
                }
            }
        }
    }

    private static ulong Hash(string word, ulong salt)
    {
        var hash = salt * 0x9E3779B97F4A7C15;
        foreach (var unit in word)
        {
            hash = (hash ^ unit) * 0x100000001B3;
        }

        return hash;
    }

    private static int InRange(ulong hash, int first, int count) =>
        first + (int)Math.BigMul(SplitMix.Mix(hash), (ulong)count, out _);
}
