using System.Text.RegularExpressions;

namespace Portal.Sandbox.Learner;

/// <summary>Finds the passages that a prompt gives to answer from: under a heading, in tags, or numbered in brackets.</summary>
internal static partial class PassageReader
{
    public static IReadOnlyList<string> Read(string text)
    {
        var passages = new List<string>();
        var reading = false;
        foreach (var raw in text.Split('\n'))
        {
            var line = raw.Trim();
            var field = PromptField.Of(line);
            if (Tag.Match(line) is { Success: true } tag)
            {
                reading = !tag.Groups["end"].Success && !line.Contains("</", StringComparison.Ordinal);
                line = Tag.Replace(line, string.Empty).Trim();
                Add(line, passages);
            }
            else if (field.Role != PromptField.Kind.None)
            {
                reading = field.Role == PromptField.Kind.Passage;
                Add(reading ? field.Value : string.Empty, passages);
            }
            else if (reading || Numbered.IsMatch(line))
            {
                Add(Numbered.Replace(line, string.Empty), passages);
            }
        }

        return passages;
    }

    [GeneratedRegex(@"<(?<end>/)?(context|passages?|documents?|sources?)\b[^>]{0,200}>", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Tag { get; }

    [GeneratedRegex(@"^\[\d{1,3}\]\s*", RegexOptions.CultureInvariant)]
    private static partial Regex Numbered { get; }

    private static void Add(string line, List<string> passages)
    {
        if (line.Length > 0)
        {
            passages.Add(line);
        }
    }
}
