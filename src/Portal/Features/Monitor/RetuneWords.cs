using System.Globalization;
using Portal.Components;

namespace Portal.Features.Monitor;

/// <summary>The figures of a re-tune as the page, the log and the mail say them.</summary>
internal static class RetuneWords
{
    public static string Name(RetuneSignal signal) => signal.Measure switch
    {
        RetuneMeasure.WrongAnswers => "Rated answers disliked or corrected",
        RetuneMeasure.Drift => $"Drift, {Lower(signal.Of)}",
        _ => "New rows from traffic",
    };

    public static string Value(RetuneSignal signal) => signal switch
    {
        { Measure: RetuneMeasure.NewRows } => Show.Count((long)signal.Value),
        { Count: 0 } => MonitorWords.NoData,
        { Measure: RetuneMeasure.Drift } => string.Create(CultureInfo.InvariantCulture, $"{signal.Value:0.000} [{signal.Low:0.000}, {signal.High:0.000}], n {Show.Count(signal.Count)}"),
        _ => Show.Interval(signal.Value, signal.Low, signal.High, signal.Count),
    };

    public static string Limit(RetuneSignal signal) => signal.Measure switch
    {
        RetuneMeasure.NewRows => Show.Count((long)signal.Limit),
        RetuneMeasure.Drift => signal.Limit.ToString("0.00", CultureInfo.InvariantCulture),
        _ => Show.Percent(signal.Limit),
    };

    public static string Verdict(RetuneSignal signal) => signal switch
    {
        { IsEnough: false } => $"Not enough yet: {Show.Count(signal.Count)} of {Show.Count(signal.Fewest)}",
        { IsCrossed: true, Measure: RetuneMeasure.NewRows } => "Reached",
        { IsCrossed: true } => "Crossed, even at the low end",
        { Measure: RetuneMeasure.NewRows } => "Not reached",
        _ => "Not certainly crossed",
    };

    public static string Reason(RetuneSignal signal) => $"{Name(signal)}: {Value(signal)}; limit {Limit(signal)}.";

    public static string Reasons(RetuneProposal proposal) => string.Join(' ', proposal.Signals.Where(s => s.IsCrossed).Select(Reason));

    public static string Price(RetuneProposal proposal) => proposal.QuoteProblem is not "" ? proposal.QuoteProblem
        : $"About {Show.Money(proposal.LikelyMicros)}, at most {Show.Money(proposal.WorstMicros)}: {Show.Count(proposal.LikelyTokens)} training tokens over about {Show.Count(proposal.TrainRows)} rows, with the settings of the last tuning.";

    private static string Lower(string words) => words is "" ? "" : char.ToLowerInvariant(words[0]) + words[1..];
}
