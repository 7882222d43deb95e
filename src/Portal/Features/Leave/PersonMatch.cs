using System.Globalization;
using System.Text;

namespace Portal.Features.Leave;

public enum PersonMatchMode
{
    /// <summary>However it is written: letter case, accents and what stands between the words aside.</summary>
    Normalized,

    /// <summary>Sign by sign.</summary>
    Exact,
}

/// <summary>Tells whether a text holds a value: a name, an address, a number, an id.</summary>
internal sealed class PersonMatch
{
    public const int ShortestValue = 3;
    public const int LongestValue = 200;

    private const int FewestDigits = 6;

    private readonly string _value;
    private readonly string _words;
    private readonly string _digits;
    private readonly PersonMatchMode _mode;
    private IReadOnlySet<string> _placeholders = new HashSet<string>();

    public PersonMatch(string value, PersonMatchMode mode)
    {
        (_value, _mode) = (value.Trim(), mode);
        _words = $" {WordsOf(_value)} ";
        // A number is told by its digits, however it is grouped; one with letters in it by its words.
        _digits = _value.Any(char.IsLetter) || DigitsOf(_value).Replace(" ", "", StringComparison.Ordinal) is not { Length: >= FewestDigits } digits ? "" : digits.TrimStart('0');
    }

    /// <summary>Why it cannot be looked for; null where it can.</summary>
    public static string? Obstacle(string value) => value.Trim().Length switch
    {
        < ShortestValue => $"Say at least {ShortestValue} characters: an address, a name or a number.",
        > LongestValue => $"Say at most {LongestValue} characters.",
        _ when value.Any(char.IsControl) => "Say it on one line.",
        _ when !value.Any(char.IsLetterOrDigit) => "Say something with letters or digits.",
        _ => null,
    };

    /// <summary>The same, told also by the placeholders that stand for it in a project's redacted rows.</summary>
    public PersonMatch With(IReadOnlySet<string> placeholders) => new(_value, _mode) { _placeholders = placeholders };

    /// <summary>As it stands, or as what it says where it is JSON, in which signs may be written by their numbers.</summary>
    public bool IsIn(string? text) => text is { Length: > 0 }
        && (IsPlainlyIn(text) || _placeholders.Any(p => text.Contains(p, StringComparison.Ordinal)) || (text.Contains('\\', StringComparison.Ordinal) && IsPlainlyIn(Unescaped(text))));

    public bool IsInAny(params ReadOnlySpan<string?> texts)
    {
        foreach (var text in texts)
        {
            if (IsIn(text))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsPlainlyIn(string text) => _mode is PersonMatchMode.Exact
        ? text.Contains(_value, StringComparison.Ordinal)
        : _digits is not "" ? DigitsOf(text).Contains(_digits, StringComparison.Ordinal) : $" {WordsOf(text)} ".Contains(_words, StringComparison.Ordinal);

    private static string Unescaped(string text)
    {
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is not '\\' || i + 1 == text.Length)
            {
                plain.Append(text[i]);
            }
            else if (text[i + 1] is 'u' && i + 5 < text.Length && ushort.TryParse(text.AsSpan(i + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            {
                plain.Append((char)code);
                i += 5;
            }
            else
            {
                plain.Append(text[++i] is 'n' or 'r' or 't' or 'b' or 'f' ? ' ' : text[i]);
            }
        }

        return plain.ToString();
    }

    private static string DigitsOf(string text)
    {
        var digits = new StringBuilder(text.Length);
        var gap = 0;
        foreach (var c in text)
        {
            if (char.IsAsciiDigit(c))
            {
                digits.Append(c);
                gap = 0;
            }
            else if ((char.IsLetter(c) || ++gap > 2) && digits.Length > 0 && digits[^1] is not ' ')
            {
                // Further apart than the groups of a number are: another number.
                digits.Append(' ');
            }
        }

        return digits.ToString().Trim();
    }

    /// <summary>Half of a pair of signs, which .NET does not decompose, stands as it is.</summary>
    private static string Decomposed(string text)
    {
        try
        {
            return text.Normalize(NormalizationForm.FormKD);
        }
        catch (ArgumentException)
        {
            return text;
        }
    }

    private static string WordsOf(string text)
    {
        var words = new StringBuilder(text.Length);
        foreach (var c in Decomposed(text))
        {
            if (char.IsLetterOrDigit(c))
            {
                words.Append(char.ToLowerInvariant(c));
            }
            else if (CharUnicodeInfo.GetUnicodeCategory(c) is not UnicodeCategory.NonSpacingMark && words.Length > 0 && words[^1] is not ' ')
            {
                words.Append(' ');
            }
        }

        return words.ToString().Trim();
    }
}
