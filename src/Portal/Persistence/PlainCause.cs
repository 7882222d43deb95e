using System.Text.RegularExpressions;

namespace Portal.Persistence;

/// <summary>
/// Why work failed, for people who may not see what it was about. Only words written here or by a slice come out, never a stored text,
/// which may quote a customer's file or a model's answer.
/// </summary>
public static partial class PlainCause
{
    private static readonly (string Mark, string Words)[] s_ofAll =
    [
        ("so it was stopped before it began", "Whoever started it no longer had the right to when it was about to begin."),
        ("is no longer there", "A file it needs is no longer in storage."),
        ("times and never ended", "It was begun several times and never ended: a fault of the portal, or a process that was killed each time."),
        ("A fault of the portal", "A fault of the portal. The log knows more under its id."),
        ("Something went wrong on our side", "A fault of the portal. The log knows more under its id."),
    ];

    /// <param name="stored">What was written down.</param>
    /// <param name="otherwise">What is said of a text that is not known here.</param>
    /// <param name="known">A part by which a message of the slice is known, and what is said then.</param>
    public static string Of(string stored, string otherwise, params ReadOnlySpan<(string Mark, string Words)> known)
    {
        foreach (var (mark, words) in (ReadOnlySpan<(string, string)>)[.. known, .. s_ofAll])
        {
            if (stored.Contains(mark, StringComparison.Ordinal))
            {
                return words;
            }
        }

        return Vendor().Match(stored) is { Success: true } vendor ? $"{vendor.Groups["who"].Value} {WordsOf(vendor.Groups["code"].Value)}" : otherwise;
    }

    private static string WordsOf(string code) => code switch
    {
        "" => "does not answer, or said no without a number.",
        "401" or "403" => $"refuses access ({code}): the organization's Google connection needs a test.",
        "404" => "does not find what was asked for (404).",
        "429" => "has no room just now (429).",
        "408" => "does not answer (408).",
        ['5', ..] => $"does not answer ({code}).",
        _ => $"refused the request ({code}).",
    };

    [GeneratedRegex(@"^(?<who>Google|The sandbox)\b(?:[^0-9""]{0,60}?\b(?<code>[1-5][0-9]{2})\b)?")]
    private static partial Regex Vendor();
}
