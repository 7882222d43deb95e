namespace Portal.Sandbox.Learner;

/// <summary>
/// Writes rows like those it is shown: another way in, a few other words, another way out. It invents no meaning, so a row keeps the answer of
/// the one that it was made from. The same examples and seed give the same rows.
/// </summary>
internal static class ExampleWriter
{
    /// <summary>Longer ones are put together from the beginning of one and the end of another.</summary>
    private const int ShortWords = 30;

    private static readonly string[] s_openings =
    [
        "Hello,", "Good morning,", "Hi team,", "Quick question:", "I am not sure whom to ask, but", "As far as I can tell,", "Since yesterday evening", "My colleague told me to write to you:",
        "I have read your help page and still do not understand.", "Sorry to bother you again,", "This is the second time I ask:", "On my phone it looks different, yet", "Before I do anything wrong:", "For our office:",
    ];

    private static readonly string[] s_closings =
    [
        "Could you look into it today?", "Thanks in advance.", "What should I do next?", "I would rather not wait until Monday.", "Please tell me how this usually goes.", "It worked fine last week.",
        "Nothing on your website explains it.", "A short answer is enough.", "I have tried twice already.", "Is that normal?", "Let me know what you need from me.", "Many thanks for your patience.", "I hope this is the right place.",
    ];

    public static IReadOnlyList<TrainingExample> Write(IReadOnlyList<TrainingExample> examples, int count, ulong seed)
    {
        var random = new SplitMix(seed);
        var openings = SplitMix.Shuffled(s_openings.Length, seed);
        var closings = SplitMix.Shuffled(s_closings.Length, seed + 1);
        List<TrainingExample> written = [];
        for (var i = 0; i < count; i++)
        {
            var example = examples[random.Below(examples.Count)];
            var alike = examples.Where(e => e.Output == example.Output).ToList();
            var body = Varied(Body(example.Input, alike[random.Below(alike.Count)].Input), ref random);
            // Every round the ways out move on by one, so that a pair comes back late.
            var closing = s_closings[closings[(i + (i / s_openings.Length)) % s_closings.Length]];
            written.Add(new TrainingExample($"{s_openings[openings[i % s_openings.Length]]} {body}{(char.IsPunctuation(body[^1]) ? "" : ".")} {closing}", example.Output));
        }

        return written;
    }

    private static string[] Body(string input, string other)
    {
        var (words, tail) = (WordsOf(input), WordsOf(other));
        return words.Length <= ShortWords ? words : [.. words.Take(Math.Min(words.Length / 2, 60)), .. tail.Skip(tail.Length / 2).Take(60)];
    }

    private static string Varied(string[] words, ref SplitMix random)
    {
        for (var i = 0; i < words.Length; i++)
        {
            var others = Synonyms.Beside(words[i]);
            if (others.Count > 0 && random.Below(2) is 0)
            {
                words[i] = others[random.Below(others.Count)];
            }
        }

        return string.Join(' ', words);
    }

    private static string[] WordsOf(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
