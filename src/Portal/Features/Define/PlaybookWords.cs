using Portal.Components;

namespace Portal.Features.Define;

/// <summary>Playbooks in plain words.</summary>
public static class PlaybookWords
{
    /// <summary>What goes along, for the logs: that labels or settings did, never which.</summary>
    public static string Carried(PlaybookContent content)
    {
        List<string> carried = ["task and instruction"];
        if (content.Labels.Count > 0)
        {
            carried.Add(content.Labels.Count is 1 ? "1 label" : $"{content.Labels.Count} labels");
        }

        carried.AddRange(content.Settings.Keys.Order(StringComparer.Ordinal));
        return $"Carried: {string.Join(", ", carried)}";
    }

    public static string Summary(PlaybookContent content) => string.Join(" · ", new[]
    {
        TaskWords.Of(content.Kind), TaskWords.Of(content.Metric), content.Target is { } target ? $"target {Show.Percent(target)}" : "no target yet",
        content.Labels.Count is 0 ? "" : $"{Show.Count(content.Labels.Count)} labels",
    }.Where(s => s is not ""));

    public static string Of(FoundText found) => (found.Kind, found.IsPassage) switch
    {
        (ProjectTextKind.Name, _) => "is a name of this organization, or of a person or file in it",
        (ProjectTextKind.Label, _) => "is a label of this project",
        (_, true) => $"stands in {Rows(found.Count)} of this project",
        _ => $"is the whole value of {Rows(found.Count)} of this project",
    };

    private static string Rows(int count) => count is 1 ? "a row" : $"{Show.Count(count)} rows";
}
