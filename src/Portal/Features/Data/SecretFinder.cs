using System.Buffers;
using System.Text.RegularExpressions;

namespace Portal.Features.Data;

/// <summary>Finds keys and passwords by the marks their makers gave them, and by the word before them.</summary>
internal static partial class SecretFinder
{
    /// <summary>Signs that every pattern below needs one of, so that ordinary prose is left at once.</summary>
    private static readonly SearchValues<string> s_marks = SearchValues.Create(
        ["AKIA", "ASIA", "AIza", "sk-", "sk_", "rk_", "pk_live", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox", "-----BEGIN", "eyJ", "://", "npm_", "SG.", "hf_", "GOCSPX-", "ya29.", "whsec_", "hooks.slack",
            "password", "passwd", "pwd", "passwort", "kennwort", "mot de passe", "contraseña", "secret", "token", "api_key", "apikey", "api key", "api-key", "accountkey", "access_key", "bearer "],
        StringComparison.OrdinalIgnoreCase);

    private static readonly SearchValues<string> s_placeholders = SearchValues.Create(
        ["xxx", "***", "...", "example", "changeme", "your", "<", "{", "$(", "placeholder", "redacted", "password", "passwort", "secret", "token", "dummy", "sample", "none", "null", "undefined", "config.", "env.", "environ", "getenv", "("],
        StringComparison.OrdinalIgnoreCase);

    private static readonly SearchValues<char> s_signs = SearchValues.Create("!$%&#@^~");

    /// <summary>Words of which one stands in every text with a secret that is told by a word, or beside a short number of health.</summary>
    public static readonly string[] Words =
        ["password", "passwd", "pwd", "passwort", "kennwort", "passe", "contraseña", "secret", "token", "api", "apikey", "accountkey", "access", "access_key", "bearer", "private", "passport", "reisepass", "passnummer", "personalausweis", "mrn", "medical", "patient", "patientennummer", "medicare", "health"];

    public static void Find(ReadOnlySpan<char> text, FoundTexts found)
    {
        if (text.IndexOfAny(s_marks) < 0)
        {
            return;
        }

        FindPrivateKeys(text, found);
        foreach (var match in Marked().EnumerateMatches(text))
        {
            Add(found, match.Index, match.Length);
        }

        foreach (var match in Password().EnumerateMatches(text))
        {
            TakeValue(text, match.Index, match.Length, found, isInAddress: false);
        }

        foreach (var match in AddressWithPassword().EnumerateMatches(text))
        {
            TakeValue(text, match.Index, match.Length - 1, found, isInAddress: true);
        }
    }

    private static void FindPrivateKeys(ReadOnlySpan<char> text, FoundTexts found)
    {
        const string Begin = "-----BEGIN ";
        for (var from = 0; text[from..].IndexOf(Begin) is >= 0 and var next; )
        {
            var start = from + next;
            from = start + Begin.Length;
            var head = text[from..Math.Min(text.Length, from + 40)];
            if (head.IndexOf("PRIVATE KEY-----") < 0)
            {
                continue;
            }

            var end = text[from..].IndexOf("-----END ");
            var stop = end < 0 ? text.Length : from + end + 9;
            // The end's own line belongs to it.
            var line = text[stop..].IndexOf("-----");
            stop = end >= 0 && line is >= 0 and < 40 ? stop + line + 5 : stop;
            Add(found, start, stop - start);
            from = stop;
        }
    }

    /// <summary>The value behind "password: " or between the colon and the @ of an address, unless it only stands for one.</summary>
    private static void TakeValue(ReadOnlySpan<char> text, int start, int length, FoundTexts found, bool isInAddress)
    {
        var whole = text.Slice(start, length);
        var at = isInAddress ? whole.LastIndexOf(':') + 1 : whole.LastIndexOfAny("=: \"'") + 1;
        var value = whole[at..];
        var isSaid = value.Length > 0 && value.IndexOfAny(s_placeholders) < 0 && value.ContainsAnyExcept(value[0]);
        // After a mere word a secret shows by its mixture; words are words.
        var isMixed = value.ContainsAnyInRange('0', '9') && (value.ContainsAnyInRange('a', 'z') || value.ContainsAnyInRange('A', 'Z'));
        if (isSaid && (isInAddress || isMixed || value.ContainsAny(s_signs)))
        {
            Add(found, start + at, value.Length);
        }
    }

    private static void Add(FoundTexts found, int start, int length) => found.Add(PersonalKind.Secret, start, length);

    [GeneratedRegex("""
        (?<![A-Za-z0-9_-])(?:
        (?:AKIA|ASIA)[0-9A-Z]{16}
        |AIza[0-9A-Za-z_-]{35}
        |sk-(?:proj-|ant-[a-z0-9]+-|live-|or-v1-)?[A-Za-z0-9_-]{20,200}
        |[srp]k_(?:live|test)_[0-9A-Za-z]{16,120}
        |gh[pousr]_[A-Za-z0-9]{36,80}
        |github_pat_[A-Za-z0-9_]{22,120}
        |glpat-[A-Za-z0-9_-]{20,60}
        |xox[abeprs]-[A-Za-z0-9-]{10,120}
        |npm_[A-Za-z0-9]{36}
        |SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64}
        |hf_[A-Za-z0-9]{30,60}
        |GOCSPX-[A-Za-z0-9_-]{20,60}
        |ya29\.[A-Za-z0-9_-]{20,300}
        |whsec_[A-Za-z0-9+/=]{20,100}
        |eyJ[A-Za-z0-9_-]{8,4000}\.eyJ[A-Za-z0-9_-]{8,8000}\.[A-Za-z0-9_-]{10,2000}
        |hooks\.slack\.com/services/T[A-Z0-9]{6,14}/B[A-Z0-9]{6,14}/[A-Za-z0-9]{18,32}
        )(?![A-Za-z0-9])
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex Marked();

    [GeneratedRegex("""
        (?<![A-Za-z])(?:password|passwd|pwd|passwort|kennwort|mot\ de\ passe|contraseña|(?:client[_\ -]?)?secret(?:[_\ -]?key)?|(?:access|auth|api|bearer|refresh)?[_\ -]?token|api[_\ -]?key|account[_\ -]?key|(?:secret[_\ -])?access[_\ -]?key)
        ["']?\ ?(?:is|ist|est|es|lautet|[:=]|=>)\ ?["']?[^\s"'<>,;]{6,200}
        |(?<![A-Za-z])[Bb]earer\ [A-Za-z0-9_.~+/=-]{20,2000}
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Password();

    [GeneratedRegex("""(?<![A-Za-z0-9])[a-z][a-z0-9+.-]{1,20}://[^\s:/@"'<>]{1,100}:[^\s:/@"'<>]{3,100}@""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex AddressWithPassword();
}
