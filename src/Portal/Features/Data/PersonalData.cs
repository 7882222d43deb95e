namespace Portal.Features.Data;

/// <summary>Finds what a text tells about people, and secrets that should be in no training file. Pieces never overlap.</summary>
internal static class PersonalData
{
    private const int FewestDigits = 6;
    private const int FewDigits = 8;
    private const int Before = 64;
    private const int After = 40;

    public static List<FoundText> Find(ReadOnlySpan<char> text)
    {
        var scan = new TextScan();
        scan.Read(text);
        return Find(text, scan.Traits);
    }

    /// <summary>For a text whose traits are known: each kind is looked for only where they leave room for it.</summary>
    public static List<FoundText> Find(ReadOnlySpan<char> text, RowTraits traits)
    {
        if ((traits & RowTraits.MayBePersonal) is 0)
        {
            return [];
        }

        var found = new FoundTexts();
        if ((traits & (RowTraits.SecretWord | RowTraits.OddWord | RowTraits.Address)) is not 0)
        {
            SecretFinder.Find(text, found);
        }

        if ((traits & RowTraits.At) is not 0)
        {
            EmailFinder.Find(text, found);
        }

        if ((traits & (RowTraits.OddWord | RowTraits.SecretWord)) is not 0)
        {
            FindNumbers(text, found);
        }
        else if ((traits & RowTraits.LongNumber) is not 0)
        {
            FindAroundNumbers(text, found);
        }

        if ((traits & RowTraits.NameWord) is not 0)
        {
            NameFinder.Find(text, found);
        }

        return found.ToList();
    }

    /// <summary>Dates and most codes are this short, so only what is left for so few digits is tried: a phone that is said to be one, and the ids with letters.</summary>
    private static void FindShortNumber(ReadOnlySpan<char> text, int start, int end, FoundTexts found)
    {
        if (IsCapital(text, start - 1) || IsCapital(text, start - 2) || IsCapital(text, end) || IsCapital(text, end + 1))
        {
            IdentityFinder.Find(text, found, isShort: true);
        }

        if ((start > 0 && text[start - 1] is '+') || NearbyWords.SayPhone(text, start, end))
        {
            PhoneFinder.Find(text, found);
        }
    }

    private static bool IsCapital(ReadOnlySpan<char> text, int at) => at >= 0 && at < text.Length && char.IsAsciiLetterUpper(text[at]);

    private static void FindNumbers(ReadOnlySpan<char> text, FoundTexts found)
    {
        AccountFinder.Find(text, found);
        IdentityFinder.Find(text, found);
        PhoneFinder.Find(text, found);
    }

    /// <summary>Searches only where digits enough stand together, with as much before and after as tells what they are.</summary>
    private static void FindAroundNumbers(ReadOnlySpan<char> text, FoundTexts found)
    {
        for (var at = 0; at < text.Length && text[at..].IndexOfAnyInRange('0', '9') is >= 0 and var next; )
        {
            var start = at + next;
            var (end, digits) = (start, 0);
            for (var i = start; i < text.Length && (char.IsAsciiDigit(text[i]) || text[i] is ' ' or '-' or '/' or '.' or '(' or ')'); i++)
            {
                if (char.IsAsciiDigit(text[i]))
                {
                    (end, digits) = (i + 1, digits + 1);
                }
            }

            at = end;
            if (digits >= FewestDigits)
            {
                var from = Math.Max(0, start - Before);
                found.Within(from, start, end);
                var around = text[from..Math.Min(text.Length, end + After)];
                if (digits > FewDigits)
                {
                    FindNumbers(around, found);
                }
                else
                {
                    FindShortNumber(around, start - from, end - from, found);
                }
            }
        }

        found.Within(0, 0, int.MaxValue);
    }
}
