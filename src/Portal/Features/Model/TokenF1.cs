using System.Globalization;
using System.Text;

namespace Portal.Features.Model;

/// <summary>Overlap of two texts' words, whatever their order: F1 of the shared words, each counted as often as it occurs.</summary>
public static class TokenF1
{
    public static double Of(string expected, string answer)
    {
        var (wanted, got) = (Words(expected), Words(answer));
        if (wanted.Count is 0 || got.Count is 0)
        {
            return wanted.Count == got.Count ? 1 : 0;
        }

        var open = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var word in wanted)
        {
            open[word] = open.GetValueOrDefault(word) + 1;
        }

        var shared = 0;
        foreach (var word in got)
        {
            if (open.GetValueOrDefault(word) is > 0 and var left)
            {
                open[word] = left - 1;
                shared++;
            }
        }

        return 2.0 * shared / (wanted.Count + got.Count);
    }

    /// <summary>
    /// Runs of letters and digits in lower case; scripts written without spaces give one word a character, or a Chinese or
    /// Japanese sentence would be one word that is right or wrong as a whole.
    /// </summary>
    internal static List<string> Words(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        // Half a surrogate pair cannot be normalized; reading rune by rune makes it a replacement character.
        foreach (var rune in string.Concat(text.EnumerateRunes()).Normalize(NormalizationForm.FormKC).EnumerateRunes())
        {
            if (IsWordAlone(rune))
            {
                Close(words, word);
                words.Add(rune.ToString());
            }
            else if (IsPartOfWord(rune))
            {
                word.Append(Rune.ToLowerInvariant(rune).ToString());
            }
            else
            {
                Close(words, word);
            }
        }

        Close(words, word);
        return words;
    }

    private static void Close(List<string> words, StringBuilder word)
    {
        if (word.Length > 0)
        {
            words.Add(word.ToString());
            word.Clear();
        }
    }

    // Marks belong to their letter: Hindi vowels, Hebrew and Arabic points, accents that have no composed form.
    private static bool IsPartOfWord(Rune rune) => Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

    // Kana, bopomofo, Han and its extensions; Hangul is written with spaces.
    private static bool IsWordAlone(Rune rune) => rune.Value
        is (>= 0x3040 and <= 0x312F) or (>= 0x3400 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x3FFFF);
}
