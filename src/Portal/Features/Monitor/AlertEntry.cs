namespace Portal.Features.Monitor;

/// <summary>What a form says of a rule while it is being filled in; limits are in the unit that is written beside them.</summary>
public sealed class AlertEntry
{
    public string Name { get; set; } = "";

    /// <summary>Empty is all of them.</summary>
    public string DeploymentId { get; set; } = "";

    public AlertMeasure Measure { get; private set; }

    public int WindowMinutes { get; set; }

    public double? Warn { get; set; }

    public double? Alert { get; set; }

    public int Floor { get; set; }

    public int ForMinutes { get; set; }

    public NoDataMeaning NoData { get; set; }

    public HashSet<string> UserIds { get; } = new(StringComparer.Ordinal);

    public HashSet<string> WebhookIds { get; } = new(StringComparer.Ordinal);

    public string Unit => Measure switch
    {
        AlertMeasure.LatencyP95 => "in milliseconds",
        AlertMeasure.CostPerDay => "in USD",
        AlertMeasure.InputDrift => "as an index",
        AlertMeasure.Traffic => "in calls",
        _ => "in %",
    };

    private double Scale => ScaleOf(Measure);

    public static AlertEntry Of(AlertDraft draft)
    {
        var entry = new AlertEntry { Name = draft.Name, DeploymentId = draft.DeploymentId ?? "" };
        entry.Take(draft.Limits);
        entry.UserIds.UnionWith(draft.UserIds);
        entry.WebhookIds.UnionWith(draft.WebhookIds);
        return entry;
    }

    /// <summary>Another measure begins with its own usual limits: those of the one before mean nothing for it.</summary>
    public void Choose(AlertMeasure measure) => Take(AlertLimits.Usual(measure));

    public static void Set(HashSet<string> ids, string id, bool chosen)
    {
        if (chosen)
        {
            ids.Add(id);
        }
        else
        {
            ids.Remove(id);
        }
    }

    public AlertLimits ToLimits() => new(Measure, WindowMinutes, Warn / Scale, Alert / Scale, Floor, ForMinutes, NoData);

    public AlertDraft ToDraft() => new(Name, DeploymentId is "" ? null : DeploymentId, ToLimits(), [.. UserIds], [.. WebhookIds]);

    private static double ScaleOf(AlertMeasure measure) => measure is AlertMeasure.LatencyP95 or AlertMeasure.CostPerDay or AlertMeasure.InputDrift or AlertMeasure.Traffic ? 1 : 100;

    private void Take(AlertLimits limits)
    {
        var scale = ScaleOf(limits.Measure);
        // As it was typed: 0.07 times 100 is a little more than 7.
        (Measure, WindowMinutes, Warn, Alert) = (limits.Measure, limits.WindowMinutes, Rounded(limits.Warn * scale), Rounded(limits.Alert * scale));
        (Floor, ForMinutes, NoData) = (limits.Floor, limits.ForMinutes, limits.NoData);
    }

    private static double? Rounded(double? value) => value is { } number ? Math.Round(number, 9) : null;
}
