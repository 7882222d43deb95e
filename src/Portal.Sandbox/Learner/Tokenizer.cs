namespace Portal.Sandbox.Learner;

/// <summary>
/// Cuts text into pieces of a word, about four characters each in English. The pieces joined are the text again, so that an
/// answer can be streamed piece by piece. One pass, whatever the text is.
/// </summary>
public static class Tokenizer
{
    private const int LatinPiece = 6;
    private const int OtherLetterPiece = 3;
    private const int RepeatedPiece = 8;

    public static int Count(string text)
    {
        var count = 0;
        for (var at = 0; at < text.Length; at += LengthAt(text, at))
        {
            count++;
        }

        return count;
    }

    public static IReadOnlyList<string> Split(string text)
    {
        var pieces = new List<string>();
        for (int at = 0, length; at < text.Length; at += length)
        {
            length = LengthAt(text, at);
            pieces.Add(text.Substring(at, length));
        }

        return pieces;
    }

    private static int LengthAt(string text, int at)
    {
        var blank = text[at] == ' ' && at + 1 < text.Length && char.IsLetter(text[at + 1]) ? 1 : 0;
        var first = at + blank;
        if (char.IsLetter(text[first]))
        {
            return blank + WordPiece(text, first);
        }

        if (char.IsSurrogate(text[first]))
        {
            return char.IsSurrogatePair(text, first) ? 2 : 1;
        }

        return char.IsDigit(text[first]) ? 1 : Repeated(text, first);
    }

    private static int WordPiece(string text, int first)
    {
        var limit = LettersInPiece(text[first]);
        var end = first + 1;
        while (end < text.Length && end - first < limit && IsInsideWord(text[end]))
        {
            end++;
        }

        return end - first;
    }

    private static int LettersInPiece(char letter) => letter switch
    {
        < '\u0250' => LatinPiece,
        >= '\u2E80' and < '\uA000' => 1,
        _ => OtherLetterPiece,
    };

    private static bool IsInsideWord(char unit) =>
        char.IsLetter(unit) || char.GetUnicodeCategory(unit) == System.Globalization.UnicodeCategory.NonSpacingMark;

    private static int Repeated(string text, int first)
    {
        var end = first + 1;
        while (end < text.Length && end - first < RepeatedPiece && text[end] == text[first])
        {
            end++;
        }

        // The last blank of a run belongs to the word after it.
        var joins = text[first] == ' ' && end - first > 1 && end < text.Length && char.IsLetter(text[end]);
        return joins ? end - first - 1 : end - first;
    }
}
