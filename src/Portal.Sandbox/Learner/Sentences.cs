namespace Portal.Sandbox.Learner;

internal static class Sentences
{
    private const int ShortestExtract = 40;
    private const int LongestExtract = 400;

    public static List<string> Split(string text)
    {
        var sentences = new List<string>();
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (EndsAt(text, i))
            {
                Add(text, start, i + 1, sentences);
                start = i + 1;
            }
        }

        Add(text, start, text.Length, sentences);
        return sentences;
    }

    /// <summary>The first sentence, and the next ones while that is no more than a greeting.</summary>
    public static string Lead(string text)
    {
        var lead = string.Empty;
        foreach (var sentence in Split(text[..Math.Min(text.Length, 4 * LongestExtract)]))
        {
            lead = lead.Length == 0 ? sentence : $"{lead} {sentence}";
            if (lead.Length >= ShortestExtract)
            {
                break;
            }
        }

        return Shorten(lead);
    }

    public static string Shorten(string text)
    {
        if (text.Length <= LongestExtract)
        {
            return text;
        }

        var cut = text.LastIndexOf(' ', LongestExtract);
        cut = cut > 0 ? cut : LongestExtract;
        return text[..(char.IsHighSurrogate(text[cut - 1]) ? cut - 1 : cut)];
    }

    private static bool EndsAt(string text, int i) => text[i] switch
    {
        '\n' or '\u3002' or '\uFF01' or '\uFF1F' => true,
        '.' or '!' or '?' or '\u061F' => i + 1 == text.Length || char.IsWhiteSpace(text[i + 1]),
        _ => false,
    };

    private static void Add(string text, int start, int end, List<string> sentences)
    {
        var sentence = text.AsSpan(start, end - start).Trim();
        if (sentence.Length > 0)
        {
            sentences.Add(sentence.ToString());
        }
    }
}
