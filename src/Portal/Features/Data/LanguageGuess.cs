namespace Portal.Features.Data;

/// <summary>
/// The language of a text by its everyday words, or its script where that says enough. A text too short, or one that two languages
/// could claim, stays <see cref="Unsure"/>: a guess is not counted as knowledge.
/// </summary>
internal static class LanguageGuess
{
    public const byte Unsure = 0;
    private const int FewestWords = 2;
    private const int FirstScript = 100;

    private static readonly (char From, char To, string Name)[] s_scripts =
    [
        ('\u0370', '\u03FF', "Greek"), ('\u0400', '\u052F', "Cyrillic script"), ('\u0590', '\u05FF', "Hebrew"), ('\u0600', '\u06FF', "Arabic script"), ('\u0900', '\u097F', "Devanagari script"),
        ('\u0E00', '\u0E7F', "Thai"), ('\u3040', '\u30FF', "Japanese"), ('\u4E00', '\u9FFF', "Chinese or Japanese"), ('\uAC00', '\uD7AF', "Korean"),
    ];

    public static string NameOf(byte language) => language switch
    {
        Unsure => "not sure",
        >= FirstScript => s_scripts[language - FirstScript].Name,
        _ => LanguageWords.Names[language - 1],
    };

    public static byte Of(TextScan scan, ReadOnlySpan<char> text)
    {
        if ((scan.Traits & RowTraits.NonAscii) is not 0 && ScriptOf(text) is not Unsure and var script)
        {
            return script;
        }

        int best = 0, second = 0, language = Unsure;
        for (var i = 0; i < LanguageWords.Names.Count; i++)
        {
            var count = (int)(scan.Languages >> (8 * i)) & 0xFF;
            if (count > best)
            {
                (second, best, language) = (best, count, i + 1);
            }
            else if (count > second)
            {
                second = count;
            }
        }

        // Many short words belong to several languages; the lead must be clear, and clearer the longer the text.
        return best >= FewestWords && best - second >= 2 + (best / 8) ? (byte)language : Unsure;
    }

    /// <summary>The script that most of the first signs beyond Latin belong to, if they outnumber the rest.</summary>
    private static byte ScriptOf(ReadOnlySpan<char> text)
    {
        Span<int> counts = stackalloc int[s_scripts.Length];
        counts.Clear();
        var letters = 0;
        foreach (var c in text[..Math.Min(text.Length, 400)])
        {
            letters += char.IsLetter(c) ? 1 : 0;
            for (var i = 0; c > '\u036F' && i < s_scripts.Length; i++)
            {
                counts[i] += c >= s_scripts[i].From && c <= s_scripts[i].To ? 1 : 0;
            }
        }

        for (var i = 0; i < counts.Length; i++)
        {
            if (counts[i] * 5 > letters * 2 && counts[i] > 1)
            {
                return (byte)(FirstScript + i);
            }
        }

        return Unsure;
    }
}
