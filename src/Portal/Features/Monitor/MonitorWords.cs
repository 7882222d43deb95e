using System.Globalization;
using Portal.Components;
using Portal.Features.Data;

namespace Portal.Features.Monitor;

/// <summary>Measured values as the screens write them: never bare, and never a zero where nothing was measured.</summary>
public static class MonitorWords
{
    public const string NoData = "no data";

    public static string Share(Figure? figure) => figure is null ? NoData : Show.Interval(figure.Value, figure.Low, figure.High, figure.Count);

    /// <summary>From an address; what is not known there means any.</summary>
    public static WrongReasons ReasonNamed(string? name) => name switch
    {
        "disliked" => WrongReasons.Disliked,
        "corrected" => WrongReasons.Corrected,
        "malformed" => WrongReasons.Malformed,
        _ => WrongReasons.None,
    };

    public static string Latency(Figure? figure) => figure is null ? NoData
        : $"{Show.Milliseconds(figure.Value)} [{Show.Milliseconds(figure.Low)}, {Show.Milliseconds(figure.High)}], n {Show.Count(figure.Count)}";

    public static string Of(Drift drift) => drift.Verdict is DriftVerdict.NotEnoughData ? NoData
        : string.Create(CultureInfo.InvariantCulture, $"{drift.Index:0.000} [{drift.Low:0.000}, {drift.High:0.000}], n {Show.Count(drift.Now)} against {Show.Count(drift.Before)}");

    public static string Verdict(Drift drift) => drift.Verdict switch
    {
        DriftVerdict.NotEnoughData => $"At least {StabilityIndex.FewestCalls} calls and {StabilityIndex.FewestCalls} training rows are needed.",
        DriftVerdict.Stable when drift.Index <= drift.ByChance => "Stable: no more than chance brings",
        DriftVerdict.Stable => "Stable: not certainly above 0.1",
        DriftVerdict.Shifting => "Shifting: above 0.1 even at the low end",
        _ => "Shifted: above 0.25 even at the low end",
    };
}
