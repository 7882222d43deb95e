using System.Text.RegularExpressions;

namespace Portal.Features.Data;

/// <summary>
/// Words that Google's safety filters are likely to stop at: sexual content, threats, weapons, self-harm, hatred. A list of words is a
/// coarse net, so what it finds is a hint to read the row, never a verdict.
/// </summary>
internal static partial class SafetyWords
{
    /// <summary>The first words of the phrases below; without one of them no text is searched.</summary>
    public static IEnumerable<string> Single { get; } =
        "kill killing murder rape raped rapist suicide bomb bombs bombing explosive explosives pipe porn porno pornography pornographic nude nudes naked sex sexual blowjob masturbate masturbation orgasm dildo incest pedophile paedophile molest molested behead beheading genocide nazi nazis hitler terrorist terrorism jihad massacre lynch torture tortured cocaine heroin meth fentanyl fuck fucking cunt whore slut faggot retard bitch sarin ricin anthrax hang shoot stab strangle suizid selbstmord umbringen töten vergewaltigen vergewaltigung bombe tuer violer suicidio bomba matar cut overdose myself"
            .Split(' ');

    public static (int Start, int Length) Find(ReadOnlySpan<char> text)
    {
        foreach (var match in Phrases().EnumerateMatches(text))
        {
            return (match.Index, match.Length);
        }

        return (0, 0);
    }

    [GeneratedRegex("""
        (?<![\p{L}])(?:
        (?:kill|hang|shoot|stab|cut|strangle|murder)\ (?:yourself|myself|himself|herself|you|him|her|them\ all)
        |suicid(?:e|al|io)|suizid|selbstmord|overdose\ on|(?:sich\ )?umbringen
        |(?:build|make|making|buy|plant|pipe|nail|car)[\ -](?:a\ |an\ )?(?:bombs?|explosives?)|bomb\ (?:threat|making)|sarin|ricin|anthrax
        |rap(?:e|ed|ist)|vergewaltig(?:en|ung)|molest(?:ed|er)?|incest|p(?:a)?edophil(?:e|ia)|child\ porn
        |porn(?:o|ography|ographic)?|blowjob|masturbat(?:e|ion)|orgasm|dildo|nudes|sexual\ (?:act|favou?rs?|assault|intercourse)
        |behead(?:ing|ed)?|genocide|terroris[mt]s?|massacre|lynch(?:ed|ing)?|tortur(?:ed|ing)
        |heil\ hitler|cunts?|whores?|sluts?|fagg?ots?|fuck(?:ing)?\ (?:you|bitch|idiots?|off)
        |(?:cook|buy|sell|smoke|inject)(?:ing)?\ (?:meth|cocaine|heroin|fentanyl)
        )(?![\p{L}])
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Phrases();
}
