using System.Globalization;
using System.Text;

namespace Portal.Sandbox.Learner;

/// <summary>
/// Cuts text into lower-case words in one pass. Apostrophes vanish inside a word; ideographs, kana and
/// symbols such as emoji, which no blank separates, are words of their own.
/// </summary>
internal static class WordScanner
{
    private const int LongestWord = 48;

    public static List<string> Words(ReadOnlySpan<char> text, int limit = int.MaxValue)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (words.Count >= limit)
            {
                return words;
            }

            switch (KindOf(rune))
            {
                case Kind.Joined:
                    Append(word, rune);
                    break;
                case Kind.Alone:
                    Flush(word, words);
                    words.Add(rune.ToString());
                    break;
                case Kind.Gap:
                    Flush(word, words);
                    break;
                default:
                    break;
            }
        }

        Flush(word, words);
        return words;
    }

    private enum Kind
    {
        Gap,
        Joined,
        Alone,
        Silent,
    }

    private static Kind KindOf(Rune rune)
    {
        if (rune.IsAscii)
        {
            return Rune.IsLetterOrDigit(rune) ? Kind.Joined : rune.Value == '\'' ? Kind.Silent : Kind.Gap;
        }

        if (rune.Value == '\u2019')
        {
            return Kind.Silent;
        }

        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.OtherLetter when rune.Value is (>= 0x2E80 and < 0xA000) or (>= 0x20000 and < 0x32000) => Kind.Alone,
            UnicodeCategory.OtherSymbol or UnicodeCategory.CurrencySymbol => Kind.Alone,
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark => Kind.Joined,
            UnicodeCategory.Format => Kind.Silent,
            _ => Rune.IsLetterOrDigit(rune) ? Kind.Joined : Kind.Gap,
        };
    }

    private static void Append(StringBuilder word, Rune rune)
    {
        if (word.Length < LongestWord)
        {
            Span<char> units = stackalloc char[2];
            word.Append(units[..Rune.ToLowerInvariant(rune).EncodeToUtf16(units)]);
        }
    }

    private static void Flush(StringBuilder word, List<string> words)
    {
        if (word.Length > 0)
        {
            words.Add(word.ToString());
            word.Clear();
        }
    }
}
