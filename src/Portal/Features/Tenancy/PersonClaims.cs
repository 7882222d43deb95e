using System.Globalization;
using System.Text;

namespace Portal.Features.Tenancy;

/// <summary>What a provider says about a person, made fit to be kept and shown. None of it decides who they are.</summary>
internal sealed record PersonClaims(string Name, string Email, bool IsEmailVerified)
{
    private const int NameLength = 120;
    private const int EmailLength = 254;

    private static readonly IdnMapping s_idn = new() { UseStd3AsciiRules = true };

    public static PersonClaims Read(Func<string, string?> claim)
    {
        var email = CleanEmail(claim("email"));
        var verified = email is not "" && string.Equals(claim("email_verified"), "true", StringComparison.OrdinalIgnoreCase);
        var name = CleanName(claim("name"));
        return new PersonClaims(name is "" ? email is "" ? "Unnamed" : email : name, email, verified);
    }

    /// <summary>Without marks that turn, hide or stack letters; spaces single; at most 120 characters.</summary>
    public static string CleanName(string? text)
    {
        var clean = new StringBuilder();
        var marks = 0;
        foreach (var rune in (text ?? "").EnumerateRunes().Take(4 * NameLength))
        {
            var category = Rune.GetUnicodeCategory(rune);
            marks = category is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark ? marks + 1 : 0;
            if (Rune.IsWhiteSpace(rune))
            {
                clean.Append(clean.Length > 0 && clean[^1] is not ' ' ? " " : "");
            }
            else if (marks <= 2 && category is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
                or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned) && rune != Rune.ReplacementChar)
            {
                clean.Append(rune.ToString());
            }
        }

        var name = clean.ToString().Trim().Normalize(NormalizationForm.FormC);
        var end = NameLength - 1;
        return name.Length <= NameLength ? name : name[..(char.IsHighSurrogate(name[end - 1]) ? end - 1 : end)] + "…";
    }

    /// <summary>
    /// Empty unless it is one plain address. Its domain stands in ASCII, so that a look-alike shows as what it is; a local part
    /// in other letters is not taken, since nobody could tell it from its twin.
    /// </summary>
    public static string CleanEmail(string? text)
    {
        if (text is null or { Length: 0 or > EmailLength } || text.Count(c => c is '@') is not 1)
        {
            return "";
        }

        var at = text.IndexOf('@', StringComparison.Ordinal);
        var (local, domain) = (text[..at], AsciiDomain(text[(at + 1)..]));
        var isPlain = local is not "" && local.All(c => c is > ' ' and < (char)127 and not ('"' or '(' or ')' or ',' or ':' or ';' or '<' or '>' or '[' or ']' or '\\'));
        return isPlain && domain is not "" && local.Length + 1 + domain.Length <= EmailLength ? $"{local}@{domain}" : "";
    }

    /// <summary>A domain as DNS knows it, lower case; empty when it is none.</summary>
    public static string AsciiDomain(string text)
    {
        try
        {
            var domain = s_idn.GetAscii(text.Trim().TrimEnd('.')).ToLowerInvariant();
            return domain.Length <= 253 && domain.Contains('.', StringComparison.Ordinal) && !domain.Split('.')[^1].All(char.IsAsciiDigit) ? domain : "";
        }
        catch (ArgumentException)
        {
            return "";
        }
    }
}
