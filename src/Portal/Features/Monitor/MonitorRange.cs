using System.Globalization;

namespace Portal.Features.Monitor;

/// <summary>A stretch of time up to now, and how it is divided on a chart.</summary>
public sealed record MonitorRange(string Key, string Words, TimeSpan Span, TimeSpan Step)
{
    public static readonly IReadOnlyList<MonitorRange> All =
    [
        new("3h", "3 hours", TimeSpan.FromHours(3), TimeSpan.FromMinutes(5)),
        new("24h", "24 hours", TimeSpan.FromHours(24), TimeSpan.FromHours(1)),
        new("7d", "7 days", TimeSpan.FromDays(7), TimeSpan.FromHours(6)),
        new("30d", "30 days", TimeSpan.FromDays(30), TimeSpan.FromDays(1)),
        new("90d", "90 days", TimeSpan.FromDays(90), TimeSpan.FromDays(1)),
    ];

    public static MonitorRange Named(string? key) => All.FirstOrDefault(r => r.Key == key) ?? All[1];

    /// <summary>The longest slices of which its points are made.</summary>
    public SliceGrain Grain => Step < TimeSpan.FromHours(1) ? SliceGrain.FiveMinutes : Step < TimeSpan.FromDays(1) ? SliceGrain.Hour : SliceGrain.Day;

    /// <summary>Charts count in days where a point is a day, else in hours.</summary>
    public bool IsDaily => Step >= TimeSpan.FromHours(6);

    /// <summary>The beginning of the point that a time falls into.</summary>
    public DateTime PointOf(DateTime at) => TrafficSlice.StartOf(at, Step);

    public double X(DateTime at) => (at - DateTime.UnixEpoch) / (IsDaily ? TimeSpan.FromDays(1) : TimeSpan.FromHours(1));

    public string Word(double x)
    {
        var at = DateTime.UnixEpoch + (x * (IsDaily ? TimeSpan.FromDays(1) : TimeSpan.FromHours(1)));
        // A tick of the axis is computed, and may fall a moment short of its minute.
        return at.AddSeconds(30).ToString(IsDaily ? "d MMM" : "HH:mm", CultureInfo.GetCultureInfo("en-US"));
    }
}
