using System.Globalization;
using System.Text;

namespace Portal.Features.Define;

/// <summary>A word as it is compared, and where it stands in its text.</summary>
internal readonly record struct TextWord(string Text, int From, int To)
{
    public static List<TextWord> Of(string text)
    {
        List<TextWord> words = [];
        for (var at = 0; at < text.Length;)
        {
            var from = at;
            while (at < text.Length && IsInWord(text[at]) && !(at > from && StandsAlone(text[at])) && !(at > from && StandsAlone(text[at - 1])))
            {
                at++;
            }

            if (at > from)
            {
                words.Add(new TextWord(Folded(text[from..at]), from, at));
            }
            else
            {
                at++;
            }
        }

        return words;
    }

    // Half a pair, which a text may hold, has no normal form.
    private static string Folded(string word) => (word.Any(char.IsSurrogate) ? word : word.Normalize(NormalizationForm.FormKC)).ToLowerInvariant();

    private static bool IsInWord(char c) => char.IsLetterOrDigit(c) || c is '@' || char.IsSurrogate(c) || char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark;

    /// <summary>Letters of scripts that put no space between words are each a word.</summary>
    private static bool StandsAlone(char c) => c is (>= '\u0E00' and <= '\u0EFF') or (>= '\u2E80' and <= '\u9FFF') or (>= '\uF900' and <= '\uFAFF');
}
