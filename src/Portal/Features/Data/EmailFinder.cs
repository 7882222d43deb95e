using System.Collections.Frozen;
using System.Buffers;

namespace Portal.Features.Data;

/// <summary>Finds e-mail addresses from the sign in their middle outwards, so that a text without one costs a single look.</summary>
internal static class EmailFinder
{
    private const int LongestLocal = 64;

    private static readonly SearchValues<char> s_local = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+-'");

    private static readonly SearchValues<char> s_outside = SearchValues.Create(" \t\r\n\"'<>");

    /// <summary>What ends like a domain and is the name of a file: icon@2x.png.</summary>
    private static readonly FrozenSet<string> s_files = FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "png", "jpg", "jpeg", "gif", "svg", "webp", "js", "css", "ts", "json", "map", "html");

    public static void Find(ReadOnlySpan<char> text, FoundTexts found)
    {
        for (var from = 0; text[from..].IndexOf('@') is >= 0 and var next; )
        {
            var at = from + next;
            from = at + 1;
            var (start, end) = (StartOf(text, at), EndOf(text, at));
            // With a colon before it, it is a password in an address of the web, or git@host:path.
            if (at > start && end > at && !IsInAddress(text, start) && text[start..at] is not "git" && !(end < text.Length && text[end] is '/'))
            {
                found.Add(PersonalKind.Email, start, end - start);
                from = end;
            }
        }
    }

    private static int StartOf(ReadOnlySpan<char> text, int at)
    {
        var start = at;
        while (start > 0 && at - start < LongestLocal && (s_local.Contains(text[start - 1]) || (text[start - 1] > 127 && char.IsLetter(text[start - 1]))))
        {
            start--;
        }

        while (start < at && text[start] is '.' or '-' or '\'' or '%')
        {
            start++;
        }

        return at > 0 && text[at - 1] is '.' ? at : start;
    }

    /// <summary>End of a domain of at least two labels whose last is letters, or the sign itself where there is none.</summary>
    private static int EndOf(ReadOnlySpan<char> text, int at)
    {
        int end = at, label = at + 1, labels = 0;
        for (var i = at + 1; i <= text.Length && i - at < 255; i++)
        {
            if (i < text.Length && (char.IsAsciiLetterOrDigit(text[i]) || text[i] is '-' || (text[i] > 127 && char.IsLetter(text[i]))))
            {
                continue;
            }

            var part = text[label..i];
            if (part.Length is 0 || part[0] is '-')
            {
                break;
            }

            labels++;
            if (labels > 1 && part.Length is >= 2 and <= 24 && !part.ContainsAnyInRange('0', '9') && part[^1] is not '-' && !s_files.Contains(part.ToString()))
            {
                end = i;
            }

            if (i == text.Length || text[i] is not '.')
            {
                break;
            }

            label = i + 1;
        }

        return end;
    }

    private static bool IsInAddress(ReadOnlySpan<char> text, int start)
    {
        var before = text[Math.Max(0, start - 100)..start];
        return before.LastIndexOf("://") is >= 0 and var scheme && !before[scheme..].ContainsAny(s_outside) && !before[(scheme + 3)..].ContainsAny('/', '?');
    }
}
