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
}
