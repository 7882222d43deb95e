using System.Text.RegularExpressions;

namespace Portal.Features.Data;

/// <summary>
/// Finds telephone numbers. One written as the world writes them, or as a country does and nobody else, counts by itself; a mere
/// row of digits only where the words around it say so. Years, dates, amounts, versions and order codes are none of these.
/// </summary>
internal static partial class PhoneFinder
{
    public static void Find(ReadOnlySpan<char> text, FoundTexts found)
    {
        foreach (var match in International().EnumerateMatches(text))
        {
            Take(text, match.Index, match.Length, found, IsInternational(text, match.Index, match.Length));
        }

        foreach (var match in National().EnumerateMatches(text))
        {
            var (start, end) = (match.Index, match.Index + match.Length);
            Take(text, start, match.Length, found, !IsCode(text, start, end));
        }

        foreach (var match in Any().EnumerateMatches(text))
        {
            var (start, end) = (match.Index, match.Index + match.Length);
            Take(text, start, match.Length, found, NearbyWords.SayPhone(text, start, end) && !IsCode(text, start, end) && IsPlausible(text[start..end]));
        }
    }

    private static void Take(ReadOnlySpan<char> text, int start, int length, FoundTexts found, bool isPhone)
    {
        if (isPhone)
        {
            found.Add(PersonalKind.Phone, start, length);
        }
    }

    /// <summary>A code, unless the word right before the number speaks of a phone.</summary>
    private static bool IsCode(ReadOnlySpan<char> text, int start, int end) =>
        NearbyWords.SayCode(text, start, end) && !NearbyWords.SayPhone(text[Math.Max(0, start - 14)..end], Math.Min(start, 14), Math.Min(start, 14) + end - start);

    private static bool IsInternational(ReadOnlySpan<char> text, int start, int length)
    {
        var number = text.Slice(start, length);
        int digits = 0, groups = 1, dots = 0;
        foreach (var c in number)
        {
            digits += char.IsAsciiDigit(c) ? 1 : 0;
            groups += c is ' ' or '-' or '/' or '(' or '\u00A0' ? 1 : 0;
            dots += c is '.' ? 1 : 0;
        }

        digits -= number[0] is '+' ? 0 : 2;
        return digits is >= 8 and <= 15 && (groups > 1 || dots is 0 or > 1) && !IsCode(text, start, start + length)
            && (number[0] is '+' || groups > 1 || NearbyWords.SayPhone(text, start, start + length));
    }

    /// <summary>Neither a date, nor two years, nor one digit over and over.</summary>
    private static bool IsPlausible(ReadOnlySpan<char> number)
    {
        var digits = 0;
        foreach (var c in number)
        {
            digits += char.IsAsciiDigit(c) ? 1 : 0;
        }

        return digits is >= 7 and <= 13 && number.ContainsAnyExcept(number[0]) && !Date().IsMatch(number);
    }

    [GeneratedRegex(@"(?<![\w.,+/#-])(?:\+|00)[1-9]\d{0,2}(?>[ .\-/\u00A0]{0,2}\(?\d{1,12}\)?){1,7}(?![\w+]|[.,:/-]\d)", RegexOptions.CultureInvariant)]
    private static partial Regex International();

    /// <summary>North America's 3-3-4, France's five pairs, Germany's area code with a slash, mobile prefixes of Germany and Britain.</summary>
    [GeneratedRegex("""
        (?<![\w.,+/\#:=-])(?:
        (?:\+?1[ .-])?(?:\([2-9]\d{2}\)[ -]?|[2-9]\d{2}-|[2-9]\d{2}\.)[2-9]\d{2}[ .-]\d{4}
        |1-8(?:00|33|44|55|66|77|88)-\d{3}-\d{4}
        |0[1-9](?<pair>[ .-])\d{2}\k<pair>\d{2}\k<pair>\d{2}\k<pair>\d{2}
        |\(?0[2-9]\d{1,4}\)?[ ]?/[ ]?\d{3,8}(?:[ -]\d{1,5}){0,3}
        |\(0[1-9]\d{1,4}\)[ ]\d{3,8}(?:[ -]\d{2,5}){0,3}
        |01[567]\d{1,2}[ /-]\d{7,8}
        |01[567]\d{1,2}[ /-]\d{2,4}(?:[ -]\d{2,4}){1,3}
        |07\d{3}[ ]\d{3}[ ]?\d{3}
        |0(?:20[ ]\d{4}|1\d{2,3}[ ]\d{3})[ ]\d{3,4}
        )(?![\w-]|[.,:/]\d)
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex National();

    [GeneratedRegex(@"(?<![\w.,+/#$€£-])\(?\d{2,5}\)?(?>[ .\-/]?\d{2,8}){1,5}(?![\w%-]|[.,:/]\d)", RegexOptions.CultureInvariant)]
    private static partial Regex Any();

    [GeneratedRegex(@"^(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}.*|\d{1,2}[-./]\d{1,2}[-./](?:19|20)?\d{2}|(?:19|20)\d{2}[ /-](?:19|20)?\d{2}|(?:19|20)\d{6}(?:\d{4,6})?|\d{1,3}(?:[.,]\d{3})+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Date();
}
