namespace Portal.Sandbox.Learner;

/// <summary>Strips the commonest English endings, so that "transferred", "transfers" and "transfer" meet. Meant for comparing, not for reading.</summary>
internal static class Stemmer
{
    private const int ShortestStem = 3;

    private static readonly (string Ending, string Replacement)[] s_endings =
    [
        ("ifications", "ify"), ("ification", "ify"), ("ations", ""), ("ation", ""), ("ating", ""), ("ated", ""), ("ates", ""), ("ate", ""),
        ("ments", ""), ("ment", ""), ("iness", "y"), ("ness", ""), ("ingly", ""), ("edly", ""), ("ities", ""), ("ity", ""),
        ("ies", "y"), ("ied", "y"), ("sses", "ss"), ("ings", ""), ("ing", ""), ("ers", ""), ("er", ""), ("ed", ""), ("es", ""), ("ly", ""),
        ("s", ""), ("e", ""),
    ];

    public static string Stem(string word)
    {
        if (word.Length <= ShortestStem || word.EndsWith("ss", StringComparison.Ordinal))
        {
            return word;
        }

        foreach (var (ending, replacement) in s_endings)
        {
            var length = word.Length - ending.Length;
            if (length + replacement.Length >= ShortestStem && word.EndsWith(ending, StringComparison.Ordinal))
            {
                return Softened(Undoubled(string.Concat(word.AsSpan(0, length), replacement)));
            }
        }

        return Softened(word);
    }

    private static string Undoubled(string stem)
    {
        var doubled = stem.Length > ShortestStem && stem[^1] == stem[^2] && stem[^1] is not ('l' or 's' or 'z');
        return doubled ? stem[..^1] : stem;
    }

    private static string Softened(string stem) => stem[^1] == 'y' ? stem[..^1] + 'i' : stem;
}
