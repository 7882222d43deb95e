using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Components;

namespace Portal.Components;

/// <summary>Lines over one horizontal axis, drawn as SVG without a script.</summary>
public sealed partial class LineChart : ComponentBase
{
    private const int WidestStrips = 80;

    private ChartScale _x = ChartScale.Nice(0, 1, 2);
    private ChartScale _y = ChartScale.Nice(0, 1, 2);
    private IReadOnlyDictionary<ChartSeries, string> _paths = new Dictionary<ChartSeries, string>();

    [Parameter, EditorRequired]
    public string Title { get; set; } = "";

    [Parameter, EditorRequired]
    public IReadOnlyList<ChartSeries> Series { get; set; } = [];

    [Parameter]
    public string XName { get; set; } = "";

    /// <summary>Begins the axis, even where the lines begin later, so that charts beside each other show one stretch.</summary>
    [Parameter]
    public double? XStart { get; set; }

    /// <summary>Ends the axis, even where the lines have not come to it yet.</summary>
    [Parameter]
    public double? XEnd { get; set; }

    /// <summary>How a place on the axis is written, where its number does not say it: a time.</summary>
    [Parameter]
    public Func<double, string>? XWord { get; set; }

    /// <summary>Shaded around a line: how far its values could be off.</summary>
    [Parameter]
    public IReadOnlyList<ChartBand> Bands { get; set; } = [];

    /// <summary>How a value is written; by its size where nothing is said.</summary>
    [Parameter]
    public Func<double, string>? YWord { get; set; }

    /// <summary>Values are shares, written as percent from 0 to 100.</summary>
    [Parameter]
    public bool IsShare { get; set; }

    /// <summary>Values are counts: between one and the next is none.</summary>
    [Parameter]
    public bool IsCount { get; set; }

    [Parameter]
    public IReadOnlyList<ChartMark> Marks { get; set; } = [];

    [Parameter]
    public string MarkName { get; set; } = "";

    [Parameter]
    public ChartRegion? Region { get; set; }

    /// <summary>Shaded from one place to another.</summary>
    [Parameter]
    public IReadOnlyList<ChartSpan> Spans { get; set; } = [];

    /// <summary>What a sighted reader would take from the picture, added to its spoken summary.</summary>
    [Parameter]
    public string Summary { get; set; } = "";

    private IEnumerable<ChartSeries> Lines => Series.Where(s => s.Points.Count > 0);

    private string Spoken
    {
        get
        {
            var text = new StringBuilder(Title).Append('.');
            foreach (var line in Lines)
            {
                var (first, last) = (line.Points[0], line.Points[^1]);
                text.Append(CultureInfo.InvariantCulture, $" {line.Name}: {Format(first.Y)} at {XName} {WordOf(first.X)}, {Format(last.Y)} at {XName} {WordOf(last.X)}.");
            }

            return text.Append(Region is null ? "" : $" {Region.Label} {XName} {WordOf(Region.From)}.").Append(Summary is "" ? "" : " " + Summary).ToString();
        }
    }

    /// <summary>Columns that show their values on hover; the picture is complete without them.</summary>
    private IEnumerable<(string X, string Width, string Text)> Strips
    {
        get
        {
            var columns = Lines.SelectMany(s => s.Points).Select(p => p.X).Distinct().Order().ToList();
            if (columns.Count is 0 or > WidestStrips)
            {
                columns = [.. columns.Where((_, i) => i % ((columns.Count / WidestStrips) + 1) is 0)];
            }

            var width = 1000.0 / Math.Max(1, columns.Count);
            return columns.Select(x => (Number((_x.Share(x) * 1000) - (width / 2)), Number(width), Reading(x)));
        }
    }

    protected override void OnParametersSet()
    {
        var all = Lines.SelectMany(s => s.Points).Concat(Bands.SelectMany(b => b.Low.Concat(b.High))).Where(p => double.IsFinite(p.Y)).ToList();
        var right = Math.Max(XEnd ?? 0, all.Select(p => p.X).DefaultIfEmpty(1).Max());
        var left = Math.Min(XStart ?? double.MaxValue, all.Select(p => p.X).DefaultIfEmpty(XStart ?? 0).Min());
        var x = ChartScale.Nice(Math.Min(left, right), right, 6, whole: true);
        // The plot ends where the data does, not at the next round number.
        _x = x with { Low = Math.Min(left, right), High = right > left ? right : x.High, Ticks = [.. x.Ticks.Where(t => t >= left && t <= Math.Max(right, left))] };
        _y = IsShare
            ? ChartScale.Nice(Math.Min(0.9, all.Select(p => p.Y).DefaultIfEmpty(0).Min()), 1, 5)
            : ChartScale.Nice(all.Select(p => p.Y).DefaultIfEmpty(0).Min(), all.Select(p => p.Y).DefaultIfEmpty(1).Max(), 5, whole: IsCount);
        _paths = Lines.ToDictionary(s => s, Draw);
    }

    private static string Css(ChartSeries line) => $"line series-{line.Color} {(line.Stroke is ChartStroke.Dashed ? "dashed" : "")}";

    private static string Anchor(double share) => share switch { < 0.05 => "start", > 0.95 => "end", _ => "middle" };

    private static string Percent(double share) => (share * 100).ToString("0.##", CultureInfo.InvariantCulture) + "%";

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private string Draw(ChartSeries line)
    {
        var points = ChartThinning.Thin(line.Points).Where(p => double.IsFinite(p.Y)).Select(p => $"{X(p.X)},{Y(p.Y)}").ToList();
        // A single point is drawn as a dot, which a line to itself is.
        return string.Join(' ', points.Count is 1 ? [points[0], points[0]] : points);
    }

    private string Path(ChartSeries line) => _paths.GetValueOrDefault(line) ?? "";

    private string X(double value) => Number(_x.Share(value) * 1000);

    private string Y(double value) => Number((1 - _y.Share(value)) * 1000);

    private string WordOf(double x) => XWord is null ? _x.Word(x) : XWord(x);

    private string Outline(ChartBand band) => string.Join(' ', band.Low.Concat(band.High.Reverse()).Select(p => $"{X(p.X)},{Y(p.Y)}"));

    private string Format(double value) => YWord is not null ? YWord(value) : IsShare
        ? (value * 100).ToString("0.#", CultureInfo.InvariantCulture) + " %"
        : _y.Ticks.Contains(value) ? _y.Word(value) : value.ToString(Math.Abs(value) < 0.1 ? "0.0000" : "0.000", CultureInfo.InvariantCulture);

    private string Reading(double x) => $"{XName} {WordOf(x)}: " + string.Join(", ",
        Lines.Select(s => (s.Name, Point: s.Points.Where(p => p.X <= x).Select(p => (ChartPoint?)p).LastOrDefault()))
            .Where(r => r.Point is not null).Select(r => $"{r.Name} {Format(r.Point!.Value.Y)}")); // not null: filtered above
}
