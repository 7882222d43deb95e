using System.Text.RegularExpressions;

namespace Portal.Sandbox.Learner;

/// <summary>Finds the list of labels in a prompt: bullets, plain lines after a heading, one line with commas, or JSON.</summary>
internal static partial class LabelReader
{
    /// <summary>An announced list goes before any other, then the longest. Lists of rules, steps or fields are none.</summary>
    public static LabelList? Read(string text) =>
        Lists(text.Split('\n'))
            .OrderByDescending(l => l.Announced).ThenByDescending(l => l.Labels.Count)
            .FirstOrDefault();

    [GeneratedRegex(
        @"\b(one of|labels?|categor(y|ies)|class(es)?|classify|intents?|options|topics?|tags?|types?|choices|choose|departments?|teams?|queues?|sentiments?|either)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Announcement { get; }

    [GeneratedRegex(
        @"\b(rules?|guidelines?|requirements?|steps?|notes?|formats?|fields?|schema|keys|extract|style|constraints?|properties)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex OtherHeading { get; }

    [GeneratedRegex(
        @"\b(one of|labels|categories|classes|intents|options|topics|tags|types|choices|departments|teams|queues|sentiments)\b[^:(\[]{0,60}[:(]\s*(?<items>[^\n]+)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex InlineList { get; }

    /// <summary>"Classify the mood as glad, sad or neutral": a list in the words of a sentence, where the sentence asks for a choice.</summary>
    [GeneratedRegex(
        @"\b(classif|categori|sentiment|label|decide|determine|whether|choose|(answer|reply|respond) (only )?with)[^.:\n]{0,80}?\b(one of|either|as|into|between|among|with)\s+(?<items>[^.:\n]{3,400}?\b(or|and)\b[^.:\n]{1,80})",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SpokenList { get; }

    private static IEnumerable<LabelList> Lists(string[] lines)
    {
        var heading = string.Empty;
        for (var i = 0; i < lines.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(lines[i]))
            {
                continue;
            }

            var list = JsonLabels.Read(lines, i) is { } json ? json with { Announced = IsAnnounced($"{heading} {lines[i]}") }
                : Inline(lines[i], i) ?? Bulleted(lines, i, heading) ?? Plain(lines, i, heading);
            if (list is not null)
            {
                yield return list;
                i = list.LastLine;
            }

            heading = lines[i];
        }
    }

    private static bool IsAnnounced(string heading) => Announcement.IsMatch(heading);

    private static LabelList? Bulleted(string[] lines, int first, string heading)
    {
        if (!IsAnnounced(heading) && OtherHeading.IsMatch(heading))
        {
            return null;
        }

        return Take(lines, first, IsAnnounced(heading), line => LabelText.WithoutBullet(line));
    }

    private static LabelList? Plain(string[] lines, int first, string heading)
    {
        var opens = IsAnnounced(heading) && heading.TrimEnd().EndsWith(':');
        return opens ? Take(lines, first, announced: true, line => line.Trim()) : null;
    }

    private static LabelList? Take(string[] lines, int first, bool announced, Func<string, string?> itemOf)
    {
        var labels = new List<ContextLabel>();
        var last = first;
        for (var i = first; i < lines.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(lines[i]))
            {
                continue;
            }

            if (itemOf(lines[i]) is not { } item || LabelText.Parse(item) is not { } label)
            {
                break;
            }

            labels.Add(label);
            last = i;
        }

        return labels.Count >= 2 ? new LabelList(Distinct(labels), announced, first, last) : null;
    }

    private static LabelList? Inline(string line, int at)
    {
        foreach (var match in InlineList.Matches(line).Concat(SpokenList.Matches(line)))
        {
            var labels = Items(match.Groups["items"].Value);
            if (labels.Count >= 2)
            {
                return new LabelList(labels, Announced: true, at, at);
            }
        }

        return null;
    }

    private static List<ContextLabel> Items(string text)
    {
        text = InBrackets.Replace(text, string.Empty);
        var end = text.IndexOfAny([')', '\r']);
        var sentence = Sentences.Split(end < 0 ? text : text[..end]).FirstOrDefault(string.Empty);
        var parts = Separators.Split(sentence.TrimEnd('.'));
        var labels = parts.Select(p => LabelText.Unquote(LeadingOr.Replace(p.Trim(), string.Empty))).Where(p => p.Length > 0).ToList();
        return labels.TrueForAll(LabelText.LooksLikeLabel) ? Distinct(labels.Select(l => new ContextLabel(l, string.Empty))) : [];
    }

    [GeneratedRegex(@"[,;|]|\s+or\s+|\s+and\s+|\s+/\s+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Separators { get; }

    [GeneratedRegex(@"\([^()]{0,200}\)", RegexOptions.CultureInvariant)]
    private static partial Regex InBrackets { get; }

    [GeneratedRegex(@"^(or|and)\s+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex LeadingOr { get; }

    private static List<ContextLabel> Distinct(IEnumerable<ContextLabel> labels) => [.. labels.DistinctBy(l => l.Name)];
}
