using System.Text.RegularExpressions;

namespace Portal.Features.Data;

/// <summary>
/// Finds numbers that states and health insurers give to people. Where the form or the check digits leave next to no chance of an
/// accident, they suffice; elsewhere a word nearby has to name the number as well.
/// </summary>
internal static partial class IdentityFinder
{
    private delegate bool Check(ReadOnlySpan<char> number);

    private enum Evidence
    {
        /// <summary>Its form alone tells.</summary>
        Form,

        /// <summary>It counts only beside a word that names it.</summary>
        Word,
    }

    private sealed record Number(Regex Form, PersonalKind Kind, Evidence Needs, Check IsValid);

    private static readonly Number[] s_numbers =
    [
        new(SocialSecurity(), PersonalKind.NationalId, Evidence.Form, IsSocialSecurity),
        new(PlainSocialSecurity(), PersonalKind.NationalId, Evidence.Word, IsSocialSecurity),
        new(NationalInsurance(), PersonalKind.NationalId, Evidence.Form, static n => !n.StartsWith("BG") && !n.StartsWith("GB") && !n.StartsWith("KN") && !n.StartsWith("NK") && !n.StartsWith("NT") && !n.StartsWith("TN") && !n.StartsWith("ZZ")),
        new(GermanPension(), PersonalKind.NationalId, Evidence.Form, static n => IsDay(n[2..4]) && IsMonth(n[4..6]) && CheckDigits.GermanPension(n)),
        new(FrenchNir(), PersonalKind.NationalId, Evidence.Form, CheckDigits.FrenchNir),
        new(SpanishDni(), PersonalKind.NationalId, Evidence.Form, static n => CheckDigits.SpanishId(int.Parse(n[..8], System.Globalization.CultureInfo.InvariantCulture), n[8])),
        new(SpanishNie(), PersonalKind.NationalId, Evidence.Form, static n => CheckDigits.SpanishId(((n[0] - 'X') * 10_000_000) + int.Parse(n[1..8], System.Globalization.CultureInfo.InvariantCulture), n[8])),
        new(ItalianCode(), PersonalKind.NationalId, Evidence.Form, CheckDigits.ItalianCode),
        new(Cpf(), PersonalKind.NationalId, Evidence.Form, CheckDigits.Cpf),
        new(SwissAhv(), PersonalKind.NationalId, Evidence.Form, CheckDigits.Ean13),
        new(Personnummer(), PersonalKind.NationalId, Evidence.Form, static n => IsMonth(n[^8..^6]) && IsDay(n[^6..^4]) && CheckDigits.Luhn(n[^10..])),
        new(Medicare(), PersonalKind.HealthNumber, Evidence.Form, static _ => true),
        new(Nhs(), PersonalKind.HealthNumber, Evidence.Word, CheckDigits.Nhs),
        new(SpacedNhs(), PersonalKind.HealthNumber, Evidence.Form, CheckDigits.Nhs),
        new(GermanHealth(), PersonalKind.HealthNumber, Evidence.Word, CheckDigits.GermanHealth),
        new(MedicalRecord(), PersonalKind.HealthNumber, Evidence.Form, static _ => true),
        new(ElevenDigits(), PersonalKind.NationalId, Evidence.Word, static n => CheckDigits.GermanTaxId(n) || CheckDigits.Pesel(n)),
        new(NineDigits(), PersonalKind.NationalId, Evidence.Word, static n => n is not "123456789" && (CheckDigits.DutchBsn(n) || CheckDigits.Luhn(n))),
        new(TwelveDigits(), PersonalKind.NationalId, Evidence.Word, static n => n[0] is >= '2'),
        new(Passport(), PersonalKind.NationalId, Evidence.Form, static n => n.ContainsAnyInRange('0', '9')),
    ];

    private static readonly Number[] s_short = [.. s_numbers.Where(n => n.Form == NationalInsurance() || n.Form == SpanishDni() || n.Form == SpanishNie())];

    /// <summary>With few digits, only what needs no more of them.</summary>
    public static void Find(ReadOnlySpan<char> text, FoundTexts found, bool isShort = false)
    {
        Span<char> plain = stackalloc char[32];
        foreach (var number in isShort ? s_short : s_numbers)
        {
            foreach (var match in number.Form.EnumerateMatches(text))
            {
                var (start, length) = Value(text, match.Index, match.Length);
                if (!found.IsFree(start, start + length))
                {
                    continue;
                }

                var size = Plain(text.Slice(start, length), plain);
                if (number.IsValid(plain[..size]) && IsMeant(text, start, start + length, number))
                {
                    found.Add(number.Kind, start, length);
                }
            }
        }
    }

    private static bool IsMeant(ReadOnlySpan<char> text, int start, int end, Number number) => (number.Kind, number.Needs) switch
    {
        (PersonalKind.HealthNumber, Evidence.Word) => NearbyWords.SayHealth(text, start, end),
        (_, Evidence.Word) => NearbyWords.SayNationalId(text, start, end),
        _ => !NearbyWords.SayCode(text[Math.Max(0, start - 16)..], Math.Min(start, 16), Math.Min(start, 16) + end - start)
            || NearbyWords.SayNationalId(text, start, end) || NearbyWords.SayHealth(text, start, end),
    };

    /// <summary>A form that begins with its own word ("MRN: 12345") gives only what follows it.</summary>
    private static (int Start, int Length) Value(ReadOnlySpan<char> text, int start, int length)
    {
        var at = text.Slice(start, length).LastIndexOfAny(":# ");
        return at >= 0 && char.IsAsciiLetterLower(text[start + 1]) | text.Slice(start, 3) is "MRN" ? (start + at + 1, length - at - 1) : (start, length);
    }

    private static int Plain(ReadOnlySpan<char> number, Span<char> plain)
    {
        var size = 0;
        foreach (var c in number)
        {
            if (char.IsAsciiLetterOrDigit(c) && size < plain.Length)
            {
                plain[size++] = char.ToUpperInvariant(c);
            }
        }

        return size;
    }

    /// <summary>Numbers the authority never gave: areas 000, 666 and, but for taxpayers without one, 900 and up; group 00; serial 0000.</summary>
    private static bool IsSocialSecurity(ReadOnlySpan<char> n) =>
        n[..3] is not "000" and not "666" && n[3..5] is not "00" && n[5..] is not "0000" && (n[0] is not '9' || n[3] is '5' or '6' or '7' or '8' or '9');

    private static bool IsDay(ReadOnlySpan<char> day) => day is [>= '0' and <= '3', _] && day is not "00" && (day[0] is not '3' || day[1] is '0' or '1');

    private static bool IsMonth(ReadOnlySpan<char> month) => month is ['0', not '0'] or ['1', '0' or '1' or '2'];

    private const RegexOptions Plainly = RegexOptions.CultureInvariant;
    private const string Begin = @"(?<![\w.,+/#-])";
    private const string End = @"(?![\w-]|[.,]\d)";

    [GeneratedRegex(Begin + @"\d{3}-\d{2}-\d{4}" + End, Plainly)]
    private static partial Regex SocialSecurity();

    [GeneratedRegex(Begin + @"\d{3} ?\d{2} ?\d{4}" + End, Plainly)]
    private static partial Regex PlainSocialSecurity();

    [GeneratedRegex(Begin + @"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]" + End, Plainly)]
    private static partial Regex NationalInsurance();

    [GeneratedRegex(Begin + @"\d{2} ?\d{6} ?[A-Z] ?\d{3}" + End, Plainly)]
    private static partial Regex GermanPension();

    [GeneratedRegex(Begin + @"[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}" + End, Plainly)]
    private static partial Regex FrenchNir();

    [GeneratedRegex(Begin + @"\d{8}[ -]?[A-HJ-NP-TV-Z]" + End, Plainly)]
    private static partial Regex SpanishDni();

    [GeneratedRegex(Begin + @"[XYZ][ -]?\d{7}[ -]?[A-HJ-NP-TV-Z]" + End, Plainly)]
    private static partial Regex SpanishNie();

    [GeneratedRegex(Begin + @"[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]" + End, Plainly)]
    private static partial Regex ItalianCode();

    [GeneratedRegex(Begin + @"\d{3}\.\d{3}\.\d{3}-\d{2}" + End, Plainly)]
    private static partial Regex Cpf();

    [GeneratedRegex(Begin + @"756\.?\d{4}\.?\d{4}\.?\d{2}" + End, Plainly)]
    private static partial Regex SwissAhv();

    [GeneratedRegex(Begin + @"(?:19|20)?\d{6}[-+]\d{4}" + End, Plainly)]
    private static partial Regex Personnummer();

    [GeneratedRegex(Begin + @"[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?[AC-HJKMNP-RT-Y]{2}\d{2}" + End, Plainly)]
    private static partial Regex Medicare();

    [GeneratedRegex(Begin + @"\d{3}[ -]?\d{3}[ -]?\d{4}" + End, Plainly)]
    private static partial Regex Nhs();

    [GeneratedRegex(Begin + @"\d{3} \d{3} \d{4}" + End, Plainly)]
    private static partial Regex SpacedNhs();

    [GeneratedRegex(Begin + @"[A-Z]\d{9}" + End, Plainly)]
    private static partial Regex GermanHealth();

    [GeneratedRegex(@"(?<![A-Za-z])(?:MRN|[Mm]edical record (?:number|no\.?)|[Pp]atient (?:ID|id|number|no\.?)|[Pp]atientennummer|[Hh]ealth (?:card|insurance) (?:number|no\.?))(?: is|:|#| #)? ?[A-Z]{0,3}\d{5,12}" + End, Plainly)]
    private static partial Regex MedicalRecord();

    [GeneratedRegex(Begin + @"\d{2} ?\d{3} ?\d{3} ?\d{3}" + End, Plainly)]
    private static partial Regex ElevenDigits();

    [GeneratedRegex(Begin + @"\d{3}[ -]?\d{3}[ -]?\d{3}" + End, Plainly)]
    private static partial Regex NineDigits();

    [GeneratedRegex(Begin + @"\d{4} ?\d{4} ?\d{4}" + End, Plainly)]
    private static partial Regex TwelveDigits();

    [GeneratedRegex(@"(?<![A-Za-z])(?:[Pp]assport(?: (?:number|no\.?|nr\.?))?|[Rr]eisepass(?:nummer)?|[Pp]assnummer|[Pp]ersonalausweis(?:nummer)?)(?: is| ist|:|#| #)? ?[A-Z0-9]{7,9}" + End, Plainly)]
    private static partial Regex Passport();
}
