namespace Portal.Features.Model;

/// <summary>How much of the expected text the answer has in the same order: F-measure of the longest common subsequence of words.</summary>
public static class RougeL
{
    public static double Of(string expected, string answer)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var (wanted, got) = (Numbered(expected, numbers), Numbered(answer, numbers));
        return wanted.Length is 0 || got.Length is 0
            ? wanted.Length == got.Length ? 1 : 0
            : 2.0 * LongestCommon(wanted, got) / (wanted.Length + got.Length);
    }

    // One row of the table, kept for the shorter text: memory grows with it alone.
    private static int LongestCommon(int[] one, int[] other)
    {
        var (across, down) = one.Length <= other.Length ? (one, other) : (other, one);
        var best = new int[across.Length + 1];
        foreach (var word in down)
        {
            var diagonal = 0;
            for (var i = 1; i < best.Length; i++)
            {
                var above = best[i];
                best[i] = across[i - 1] == word ? diagonal + 1 : Math.Max(above, best[i - 1]);
                diagonal = above;
            }
        }

        return best[^1];
    }

    // Numbers compare faster than words, and the table compares each word with each.
    private static int[] Numbered(string text, Dictionary<string, int> numbers) =>
    [
        .. TokenF1.Words(text).Select(word =>
        {
            numbers.TryAdd(word, numbers.Count);
            return numbers[word];
        }),
    ];
}
