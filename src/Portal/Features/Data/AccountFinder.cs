using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace Portal.Features.Data;

/// <summary>Finds IBANs and payment cards: both carry check digits, so what merely looks like one is left alone.</summary>
internal static partial class AccountFinder
{
    /// <summary>Length of an IBAN in each country that has them (ISO 13616 registry).</summary>
    private static readonly FrozenDictionary<string, int> s_lengths = new Dictionary<string, int>
    {
        ["AD"] = 24, ["AE"] = 23, ["AL"] = 28, ["AT"] = 20, ["AZ"] = 28, ["BA"] = 20, ["BE"] = 16, ["BG"] = 22, ["BH"] = 22, ["BR"] = 29, ["BY"] = 28, ["CH"] = 21, ["CR"] = 22, ["CY"] = 28, ["CZ"] = 24,
        ["DE"] = 22, ["DK"] = 18, ["DO"] = 28, ["EE"] = 20, ["EG"] = 29, ["ES"] = 24, ["FI"] = 18, ["FO"] = 18, ["FR"] = 27, ["GB"] = 22, ["GE"] = 22, ["GI"] = 23, ["GL"] = 18, ["GR"] = 27, ["GT"] = 28,
        ["HR"] = 21, ["HU"] = 28, ["IE"] = 22, ["IL"] = 23, ["IQ"] = 23, ["IS"] = 26, ["IT"] = 27, ["JO"] = 30, ["KW"] = 30, ["KZ"] = 20, ["LB"] = 28, ["LC"] = 32, ["LI"] = 21, ["LT"] = 20, ["LU"] = 20,
        ["LV"] = 21, ["LY"] = 25, ["MC"] = 27, ["MD"] = 24, ["ME"] = 22, ["MK"] = 19, ["MR"] = 27, ["MT"] = 31, ["MU"] = 30, ["NL"] = 18, ["NO"] = 15, ["PK"] = 24, ["PL"] = 28, ["PS"] = 29, ["PT"] = 25,
        ["QA"] = 29, ["RO"] = 24, ["RS"] = 22, ["SA"] = 24, ["SC"] = 31, ["SE"] = 24, ["SI"] = 19, ["SK"] = 24, ["SM"] = 27, ["ST"] = 25, ["SV"] = 28, ["TL"] = 23, ["TN"] = 24, ["TR"] = 26, ["UA"] = 29,
        ["VA"] = 22, ["VG"] = 24, ["XK"] = 20,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public static void Find(ReadOnlySpan<char> text, FoundTexts found)
    {
        foreach (var match in IbanHead().EnumerateMatches(text))
        {
            if (IbanAt(text, match.Index) is > 0 and var length)
            {
                found.Add(PersonalKind.Account, match.Index, length);
            }
        }

        foreach (var match in Card().EnumerateMatches(text))
        {
            if (IsCard(text, match.Index, match.Length))
            {
                found.Add(PersonalKind.Card, match.Index, match.Length);
            }
        }
    }

    private static int IbanAt(ReadOnlySpan<char> text, int start)
    {
        if (!s_lengths.TryGetValue(text.Slice(start, 2).ToString(), out var wanted))
        {
            return 0;
        }

        Span<char> iban = stackalloc char[wanted];
        int taken = 0, i = start;
        for (; i < text.Length && taken < wanted; i++)
        {
            if (char.IsAsciiLetterOrDigit(text[i]))
            {
                iban[taken++] = char.ToUpperInvariant(text[i]);
            }
            else if (text[i] is not (' ' or '\u00A0' or '-') || i == start || !char.IsAsciiLetterOrDigit(text[i - 1]))
            {
                return 0;
            }
        }

        return taken == wanted && (i == text.Length || !char.IsLetterOrDigit(text[i])) && CheckDigits.Iban(iban) ? i - start : 0;
    }

    private static bool IsCard(ReadOnlySpan<char> text, int start, int length)
    {
        Span<char> digits = stackalloc char[24];
        int count = 0, separators = 0;
        var separator = '\0';
        foreach (var c in text.Slice(start, length))
        {
            if (char.IsAsciiDigit(c))
            {
                digits[count++] = c;
            }
            else if (separator is '\0' || c == separator)
            {
                (separator, separators) = (c, separators + 1);
            }
            else
            {
                return false;
            }
        }

        digits = digits[..count];
        if (!CheckDigits.Luhn(digits) || !HasNetwork(digits))
        {
            return false;
        }

        var isSaid = NearbyWords.SayCard(text, start, start + length);
        return isSaid || (count is not 13 && !NearbyWords.SayCode(text, start, start + length) && (separators is 0 or 2 or 3 or 4));
    }

    /// <summary>Whether the first digits and the length are those of a network that issues cards.</summary>
    private static bool HasNetwork(ReadOnlySpan<char> digits)
    {
        var four = ((digits[0] - '0') * 1_000) + ((digits[1] - '0') * 100) + ((digits[2] - '0') * 10) + digits[3] - '0';
        return (four / 100, digits.Length) switch
        {
            ( >= 40 and <= 49, 13 or 16 or 19) => true,
            ( >= 51 and <= 55, 16) => true,
            ( >= 22 and <= 27, 16) => four is >= 2221 and <= 2720,
            (34 or 37, 15) => true,
            (60, >= 16 and <= 19) => four is 6011,
            (64, >= 16 and <= 19) => four >= 6440,
            (62 or 65, >= 16 and <= 19) => true,
            (35, >= 16 and <= 19) => four is >= 3528 and <= 3589,
            (30, >= 14 and <= 19) => four is (>= 3000 and <= 3059) or 3095,
            (36 or 38 or 39, >= 14 and <= 19) => true,
            (50 or 56 or 57 or 58 or 63 or 67, >= 16 and <= 19) => true,
            _ => false,
        };
    }

    [GeneratedRegex(@"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}[ \u00A0-]?[A-Za-z0-9]{4}", RegexOptions.CultureInvariant)]
    private static partial Regex IbanHead();

    [GeneratedRegex(@"(?<![\w.,:/#$€£-])(?:\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?|\d{4}([ -])\d{6}\2\d{4,5})(?![\w-]|[.,:/]\d)", RegexOptions.CultureInvariant)]
    private static partial Regex Card();
}
