using System.Text;

namespace Portal.Benchmarks;

/// <summary>Messages with labels, drawn by a fixed seed: a label shows in some of the words, and a few messages are near-copies.</summary>
internal static class SampleMessages
{
    public const int Labels = 77;

    private const int CommonWords = 1_500;
    private const int WordsOfALabel = 12;

    private static readonly string[] s_beginnings = ["ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu", "wa"];
    private static readonly string[] s_middles = ["ren", "lim", "tor", "van", "sul", "dak", "mep", "nig"];
    private static readonly string[] s_ends = ["a", "et", "in", "o", "ur", "y", "al", "ed", "ing", "s", "er", "ly"];

    public static IReadOnlyList<(string Text, string Label)> Draw(int rows, int seed = 20_261)
    {
        var random = new Random(seed);
        List<(string Text, string Label)> drawn = new(rows);
        while (drawn.Count < rows)
        {
            var label = random.Next(Labels);
            drawn.Add(drawn.Count > 0 && random.Next(50) is 0 ? Near(random, drawn[random.Next(drawn.Count)]) : (Message(random, label), $"intent_{label:00}"));
        }

        return drawn;
    }

    public static async Task WriteCsvAsync(string path, IReadOnlyList<(string Text, string Label)> messages)
    {
        var csv = new StringBuilder("text,category\n");
        foreach (var (text, label) in messages)
        {
            csv.Append(text).Append(',').Append(label).Append('\n');
        }

        await File.WriteAllTextAsync(path, csv.ToString());
    }

    private static string Message(Random random, int label)
    {
        var words = new string[9 + random.Next(12)];
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = random.Next(4) is 0 ? Word(CommonWords + (label * WordsOfALabel) + random.Next(WordsOfALabel)) : Word(random.Next(CommonWords));
        }

        return string.Join(' ', words);
    }

    /// <summary>The same but for capitals and a mark at the end.</summary>
    private static (string Text, string Label) Near(Random random, (string Text, string Label) of) =>
        ($"{char.ToUpperInvariant(of.Text[0])}{of.Text[1..]}{(random.Next(2) is 0 ? "!" : "?")}", of.Label);

    private static string Word(int number) =>
        s_beginnings[number % s_beginnings.Length] + s_middles[number / s_beginnings.Length % s_middles.Length]
        + s_ends[number / (s_beginnings.Length * s_middles.Length) % s_ends.Length]
        + (number >= s_beginnings.Length * s_middles.Length * s_ends.Length ? "x" : "");
}
