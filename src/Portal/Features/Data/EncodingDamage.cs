using System.Text;

namespace Portal.Features.Data;

/// <summary>Text that was read in the wrong encoding once: "Ã¼" for "ü", or the sign that stands for what could not be read.</summary>
internal static class EncodingDamage
{
    private static readonly Encoding s_windows = CodePagesEncodingProvider.Instance.GetEncoding(1252, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)
        ?? throw new NotSupportedException("Windows-1252 is not known here.");

    private static readonly Encoding s_strict = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static bool Has(ReadOnlySpan<char> text) => At(text) >= 0;

    /// <summary>Where the damage begins, or -1.</summary>
    public static int At(ReadOnlySpan<char> text)
    {
        for (var from = 0; text[from..].IndexOfAny("\uFFFDÃÂâ") is >= 0 and var next; )
        {
            var at = from + next;
            from = at + 1;
            var following = from < text.Length ? text[from] : ' ';
            if (text[at] is '\uFFFD'
                || (text[at] is 'Ã' or 'Â' && (following is >= '\u0080' and <= '\u00BF' or '\u0152' or '\u0153' or '\u0160' or '\u0161' or '\u0178' or '\u017D' or '\u017E' or '\u0192' or '\u02C6' or '\u02DC' or (>= '\u2013' and <= '\u2122')) && following is not ' ')
                || (text[at] is 'â' && following is '€' or '\u0080' or '„' or '†'))
            {
                return at;
            }
        }

        return -1;
    }

    /// <summary>The text as it was before, where every sign of it leads back; otherwise the text itself.</summary>
    public static string Repair(string text)
    {
        if (!Has(text) || text.Contains('\uFFFD'))
        {
            return text;
        }

        try
        {
            return s_strict.GetString(s_windows.GetBytes(text));
        }
        catch (Exception notOfThatKind) when (notOfThatKind is EncoderFallbackException or DecoderFallbackException)
        {
            return text;
        }
    }
}
