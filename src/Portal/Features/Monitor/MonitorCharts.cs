using Portal.Components;

namespace Portal.Features.Monitor;

/// <summary>A chart's lines from the points of a stretch. A point without a call has no value, and none is drawn.</summary>
internal static class MonitorCharts
{
    public static ChartSeries Line(MonitorView view, MonitorRange range, string name, int color, Func<TrafficTally, double?> value, ChartStroke stroke = ChartStroke.Solid) =>
        new(name, [.. view.Points.Select(p => (p.From, Value: value(p.Tally))).Where(p => p.Value is not null).Select(p => new ChartPoint(range.X(p.From), p.Value ?? 0))], color, stroke);

    public static IReadOnlyList<ChartBand> Band(MonitorView view, MonitorRange range, int color, Func<TrafficTally, Figure?> figure)
    {
        var found = view.Points.Select(p => (p.From, Figure: figure(p.Tally))).Where(p => p.Figure is not null).ToList();
        return [new ChartBand(
            [.. found.Select(p => new ChartPoint(range.X(p.From), p.Figure?.Low ?? 0))], [.. found.Select(p => new ChartPoint(range.X(p.From), p.Figure?.High ?? 0))], color)];
    }

    public static Figure? Errors(TrafficTally tally) => Figure.Rate(tally.Errors, tally.Calls);

    public static Figure? Valid(TrafficTally tally) => Figure.Rate(tally.Valid, tally.Checked);

    public static Figure? Confidence(TrafficTally tally) => Figure.Mean(tally.ConfidenceSum, tally.ConfidenceSquares, tally.Confidences);

    public static Figure? Novelty(TrafficTally tally) => Figure.Rate(tally.NewPairs, tally.Pairs);

    /// <summary>Each mix against that of the training rows; null where a mix cannot be told.</summary>
    public static IReadOnlyList<(string Name, Drift Drift)> Drifts(TrafficTally before, TrafficTally now)
    {
        var classes = Enumerable.Range(0, 13).ToList();
        var drifts = new List<(string, Drift)>
        {
            ("Length of the question", StabilityIndex.Of([.. classes.Select(c => before.Lengths.GetValueOrDefault(c))], [.. classes.Select(c => now.Lengths.GetValueOrDefault(c))])),
            ("Language", StabilityIndex.OfNamed(before.Languages, now.Languages)),
        };
        if (before.Labels.Count > 0)
        {
            drifts.Add(("Labels answered", StabilityIndex.OfNamed(before.Labels, now.Labels)));
        }

        return drifts;
    }
}
