namespace Portal.Sandbox.Learner;

/// <summary>Tells what may be the name of a label from what is a sentence.</summary>
internal static class LabelText
{
    private const int LongestLabel = 80;
    private const int MostWords = 7;

    private static readonly string[] s_descriptionMarks = [": ", " - ", " – ", " — ", " = ", " ("];

    public static string Unquote(string text) => text.Trim().Trim('"', '\'', '`', '*', '“', '”').Trim();

    /// <summary>The item of a bulleted or numbered line; null for any other line.</summary>
    public static string? WithoutBullet(string line)
    {
        var text = line.Trim();
        if (text.Length > 2 && text[0] is '-' or '*' or '•' or '–' && text[1] == ' ')
        {
            return text[2..].Trim();
        }

        var digits = 0;
        while (digits < text.Length && char.IsAsciiDigit(text[digits]))
        {
            digits++;
        }

        return digits is > 0 and < 4 && digits + 1 < text.Length && text[digits] is '.' or ')' && text[digits + 1] == ' '
            ? text[(digits + 2)..].Trim()
            : null;
    }

    public static bool LooksLikeLabel(string text) =>
        text.Length is > 0 and <= LongestLabel
        && text[^1] is not ('.' or ':' or '!' or ';' or ',')
        && text.Any(char.IsLetterOrDigit)
        && !text.Contains('\n', StringComparison.Ordinal)
        && text.Count(char.IsWhiteSpace) < MostWords;

    /// <summary>Separates a label from the description after it; null if it does not look like one.</summary>
    public static ContextLabel? Parse(string item)
    {
        var cut = item.Length;
        var description = string.Empty;
        foreach (var mark in s_descriptionMarks)
        {
            var at = item.IndexOf(mark, StringComparison.Ordinal);
            if (at > 0 && at < cut)
            {
                cut = at;
                description = item[(at + mark.Length)..].Trim().TrimEnd(')');
            }
        }

        var name = Unquote(item[..cut].TrimEnd(',', ';', ':', '.'));
        return LooksLikeLabel(name) ? new ContextLabel(name, description) : null;
    }
}
