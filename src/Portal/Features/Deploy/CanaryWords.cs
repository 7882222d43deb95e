using System.Globalization;
using Portal.Components;
using Portal.Features.Model;

namespace Portal.Features.Deploy;

/// <summary>A canary's figures as the page, the log and the mail say them.</summary>
internal static class CanaryWords
{
    public static IReadOnlyList<int> Steps { get; } = [5, 10, 25, 50];

    public static string Share(int percent) => percent is 0 ? "All, at once" : $"{percent} of 100, as a canary";

    public static string Measure(CanaryMeasure measure) => measure switch
    {
        CanaryMeasure.Errors => "Failed calls",
        CanaryMeasure.Latency => "95 % answered within",
        _ => "Rated bad",
    };

    public static string Side(GuardRow row, Estimate side, long count) => count switch
    {
        0 => "none yet",
        _ when row.Measure is CanaryMeasure.Latency => $"{Show.Milliseconds(side.Value)} [{Show.Milliseconds(side.Low)}, {Show.Milliseconds(side.High)}], n {Show.Count(count)}",
        _ => Show.Interval(side.Value, side.Low, side.High, count),
    };

    public static string Change(GuardRow row) => row switch
    {
        { Verdict: GuardVerdict.NotEnough } => "–",
        { Measure: CanaryMeasure.Latency, Change: var c } => $"× {Number(c.Value, "0.00")} [{Number(c.Low, "0.00")}, {Number(c.High, "0.00")}]",
        { Change: var c } => $"{Points(c.Value)} [{Points(c.Low)}, {Points(c.High)}] points",
    };

    public static string Limit(GuardRow row) => row.Measure is CanaryMeasure.Latency ? $"× {Number(row.Limit, "0.00")}" : $"{Points(row.Limit)} points";

    public static string Verdict(GuardRow row) => row.Verdict switch
    {
        GuardVerdict.Crossed => "Worse",
        GuardVerdict.Holds => "Within the limit",
        _ => $"Not enough {Counted(row.Measure)} yet: {Show.Count(Math.Min(row.LiveCount, row.CanaryCount))} of {Show.Count(row.Floor)}",
    };

    public static string Reason(GuardRow row) =>
        $"{Measure(row.Measure)}: canary {Side(row, row.Canary, row.CanaryCount)}; live {Side(row, row.Live, row.LiveCount)}; change {Change(row)}, limit {Limit(row)}.";

    private static string Counted(CanaryMeasure measure) => measure switch
    {
        CanaryMeasure.Errors => "calls",
        CanaryMeasure.Latency => "answers",
        _ => "ratings",
    };

    private static string Points(double share) => Number(share * 100, "+0.0;-0.0;0.0");

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
