using System.Text.Json;

namespace Portal.Sandbox.Learner;

/// <summary>Reads an array of strings, on one line or over several.</summary>
internal static class JsonLabels
{
    public static LabelList? Read(string[] lines, int first)
    {
        var open = lines[first].IndexOf('[', StringComparison.Ordinal);
        if (open < 0 || lines[first].AsSpan(open + 1).TrimStart() is { Length: > 0 } next && next[0] != '"')
        {
            return null;
        }

        // A bracket that opens inside another ends the search, so that no text is read again and again.
        var last = first;
        while (!lines[last].Contains(']', StringComparison.Ordinal))
        {
            last++;
            if (last == lines.Length || lines[last].Contains('[', StringComparison.Ordinal))
            {
                return null;
            }
        }

        var text = string.Join('\n', lines[first..(last + 1)])[open..];
        return Parse(text[..(text.IndexOf(']', StringComparison.Ordinal) + 1)]) is { Count: >= 2 } labels
            ? new LabelList(labels, Announced: false, first, last)
            : null;
    }

    private static List<ContextLabel>? Parse(string text)
    {
        try
        {
            var names = JsonSerializer.Deserialize<string[]>(text);
            return names is not null && Array.TrueForAll(names, n => n is not null && LabelText.LooksLikeLabel(n))
                ? [.. names.Distinct().Select(n => new ContextLabel(n, string.Empty))]
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
