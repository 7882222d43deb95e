using System.Globalization;
using MudBlazor;
using Portal.Components;

namespace Portal.Features.Monitor;

/// <summary>Measures, states and limits as the screens and messages write them.</summary>
public static class AlertWords
{
    private static readonly CultureInfo s_culture = CultureInfo.GetCultureInfo("en-US");

    public static string Of(AlertMeasure measure) => measure switch
    {
        AlertMeasure.ErrorRate => "Errors",
        AlertMeasure.LatencyP95 => "Latency, 95 % within",
        AlertMeasure.CostPerDay => "Cost per day",
        AlertMeasure.SafetyBlocks => "Stopped by safety filters",
        AlertMeasure.ValidAnswers => "Valid answers",
        AlertMeasure.BadFeedback => "Answers rated bad",
        AlertMeasure.InputDrift => "Input drift (stability index)",
        _ => "Calls",
    };

    public static string Explained(AlertMeasure measure) => measure switch
    {
        AlertMeasure.ErrorRate => "Of the calls with a key, those that failed at the model: 5xx and 429. What a caller got wrong is no error.",
        AlertMeasure.LatencyP95 => "The time within which 95 % of the answers came.",
        AlertMeasure.CostPerDay => "What the calls of the last 24 hours cost.",
        AlertMeasure.SafetyBlocks => "Of the answers, those that the vendor's safety filters stopped.",
        AlertMeasure.ValidAnswers => "Of the answers, those in the shape that the task asks for. Less is worse.",
        AlertMeasure.BadFeedback => "Of the answers that were rated, those with a thumb down.",
        AlertMeasure.InputDrift => "The population stability index of the questions' length or language against the training rows, whichever has moved further.",
        _ => "How many calls came. Less is worse: a limit of 1 means none at all.",
    };

    public static string Of(AlertState state) => state switch
    {
        AlertState.Ok => "OK",
        AlertState.Warn => "Warn",
        AlertState.Alert => "Alert",
        _ => "No data",
    };

    public static string Of(NoDataMeaning meaning) => meaning switch
    {
        NoDataMeaning.Tell => "A state of its own, and told",
        NoDataMeaning.Keep => "The state stays as it is",
        NoDataMeaning.Ok => "As if all were well",
        _ => "An alert",
    };

    public static Severity SeverityOf(AlertState state) => state switch
    {
        AlertState.Ok => Severity.Success,
        AlertState.Alert => Severity.Error,
        AlertState.Warn => Severity.Warning,
        _ => Severity.Info,
    };

    public static string Window(int minutes) => minutes < 60 ? $"{minutes} minutes" : minutes is 60 ? "1 hour" : $"{minutes / 60} hours";

    public static string Hold(int minutes) => minutes is 0 ? "at once" : $"after {Window(minutes)}";

    /// <summary>A value or a limit, in the measure's own unit.</summary>
    public static string Value(AlertMeasure measure, double value) => measure switch
    {
        AlertMeasure.LatencyP95 => Show.Milliseconds(value),
        AlertMeasure.CostPerDay => Show.Money((long)Math.Round(value * 1_000_000)),
        AlertMeasure.InputDrift => value.ToString("0.00#", CultureInfo.InvariantCulture),
        AlertMeasure.Traffic => value.ToString("#,##0.##", s_culture),
        _ => (value * 100).ToString("0.##", s_culture) + " %",
    };

    public static string Of(AlertMeasure measure, Figure? figure) => (measure, figure) switch
    {
        (_, null) => MonitorWords.NoData,
        (AlertMeasure.CostPerDay or AlertMeasure.Traffic, _) => Value(measure, figure.Value),
        (AlertMeasure.LatencyP95, _) => MonitorWords.Latency(figure),
        (AlertMeasure.InputDrift, _) => string.Create(CultureInfo.InvariantCulture, $"{figure.Value:0.000} [{figure.Low:0.000}, {figure.High:0.000}], n {Show.Count(figure.Count)}"),
        _ => MonitorWords.Share(figure),
    };

    /// <summary>Warn above 5 %, alert above 10 %</summary>
    public static string Lines(AlertLimits limits)
    {
        var side = limits.IsFloorLike ? "below" : "above";
        var lines = new[] { limits.Warn is { } warn ? $"warn {side} {Value(limits.Measure, warn)}" : "", limits.Alert is { } alert ? $"alert {side} {Value(limits.Measure, alert)}" : "" };
        var words = string.Join(", ", lines.Where(l => l is not ""));
        return char.ToUpperInvariant(words[0]) + words[1..];
    }

    public static string Subject(AlertRule rule, Figure? figure) => rule.State switch
    {
        AlertState.Ok => $"Recovered: {rule.Name}",
        AlertState.NoData => $"No data: {rule.Name}",
        var state => $"{Of(state)}: {rule.Name}" + (figure is null ? "" : $" ({Value(rule.Measure, figure.Value)})"),
    };

    public static string Letter(AlertRule rule, AlertState before, Figure? figure, string project) => $"""
        The alert rule "{rule.Name}" of the project {project} was {Of(before)} and is {Of(rule.State)} since {rule.StateSince:yyyy-MM-dd HH:mm} UTC.

        {Of(rule.Measure)} over the last {Window(rule.WindowMinutes)}: {Of(rule.Measure, figure)}.
        {Lines(rule.Limits)}{(rule.ForMinutes is 0 ? "" : $", {Hold(rule.ForMinutes)}")}.

        {Advice(rule)}

        The figures are in the portal under the project's Monitor page, the rule under Alerts. No other mail follows while the state stays.
        """;

    private static string Advice(AlertRule rule) => (rule.State, rule.Measure) switch
    {
        (AlertState.Ok, _) => "Nothing needs to be done.",
        (AlertState.NoData, _) => $"There were fewer than {Show.Count(rule.Floor)} samples to judge by. Check that your callers still reach the endpoint.",
        (_, AlertMeasure.ErrorRate) => "Look at which deployment and which key the errors belong to. If a deployment is new, it can be rolled back under Deploy.",
        (_, AlertMeasure.LatencyP95) => "Compare the deployments and keys on the Monitor page; longer prompts and answers take longer.",
        (_, AlertMeasure.CostPerDay) => "Look at which key the cost belongs to. A monthly budget on the key or the project stops what is beyond it.",
        (_, AlertMeasure.SafetyBlocks) => "Look at whether another kind of question has begun to come, or one key sends them all.",
        (_, AlertMeasure.ValidAnswers) => "Compare the deployments. If one is new, it can be rolled back under Deploy; else the questions may have changed.",
        (_, AlertMeasure.BadFeedback) => "Read the feedback, and consider adding corrected answers to the next version.",
        (_, AlertMeasure.InputDrift) => "The questions are no longer those that the model was trained on. Add rows of the new kind, freeze a version and tune again.",
        _ => "Check that your callers still reach the endpoint, that it is not paused, and that their keys still work.",
    };
}
