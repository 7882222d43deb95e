namespace Portal.Features.Monitor;

/// <summary>
/// What is measured of calls. The page, the rules and their previews all take a figure from here, so none says of the same calls what
/// another does not.
/// </summary>
internal static class Measures
{
    public const string QuestionLength = "Length of the question";
    public const string Language = "Language";

    public static Figure? Errors(TrafficTally tally) => Figure.Rate(tally.Errors, tally.Calls);

    public static Figure? Valid(TrafficTally tally) => Figure.Rate(tally.Valid, tally.Checked);

    public static Figure? Confidence(TrafficTally tally) => Figure.Mean(tally.ConfidenceSum, tally.ConfidenceSquares, tally.Confidences);

    public static Figure? Blocked(TrafficTally tally) => Figure.Rate(tally.Blocked, tally.Checked);

    public static Figure? LatencyP95(TrafficTally tally) => tally.Latencies.Quantile(0.95);

    public static Figure? Novelty(TrafficTally tally) => Figure.Rate(tally.NewPairs, tally.Pairs);

    /// <summary>Each mix against that of the training rows; null where a mix cannot be told.</summary>
    public static IReadOnlyList<(string Name, Drift Drift)> Drifts(TrafficTally before, TrafficTally now)
    {
        var classes = Enumerable.Range(0, 13).ToList();
        var drifts = new List<(string, Drift)>
        {
            (QuestionLength, StabilityIndex.Of([.. classes.Select(c => before.Lengths.GetValueOrDefault(c))], [.. classes.Select(c => now.Lengths.GetValueOrDefault(c))])),
            (Language, StabilityIndex.OfNamed(before.Languages, now.Languages)),
        };
        if (before.Labels.Count > 0)
        {
            drifts.Add(("Labels answered", StabilityIndex.OfNamed(before.Labels, now.Labels)));
        }

        return drifts;
    }

    /// <summary>Of the answers that were rated with a thumb.</summary>
    public static Figure? BadFeedback(FeedbackSum feedback) => Figure.Rate(feedback.Down, feedback.Up + feedback.Down);

    /// <summary>Of the mixes of what is asked, the one that has certainly moved furthest; null where none can be told.</summary>
    public static Figure? InputDrift(TrafficTally? before, TrafficTally now) => before is null ? null
        : Drifts(before, now).Where(d => d.Name is QuestionLength or Language && d.Drift.Verdict is not DriftVerdict.NotEnoughData).Select(d => d.Drift).MaxBy(d => d.Low) is { } drift
            ? new Figure(drift.Index, drift.CertainLow, drift.High, drift.Now) : null;

    public static Figure? Of(AlertMeasure measure, TrafficTally tally, FeedbackSum feedback, TrafficTally? before) => measure switch
    {
        AlertMeasure.ErrorRate => Errors(tally),
        AlertMeasure.LatencyP95 => LatencyP95(tally),
        AlertMeasure.CostPerDay => Exactly(tally.AmountMicros / 1_000_000.0, tally.Calls),
        AlertMeasure.SafetyBlocks => Blocked(tally),
        AlertMeasure.ValidAnswers => Valid(tally),
        AlertMeasure.BadFeedback => BadFeedback(feedback),
        AlertMeasure.InputDrift => InputDrift(before, tally),
        AlertMeasure.Traffic => Exactly(tally.Calls, tally.Calls),
        _ => throw new ArgumentOutOfRangeException(nameof(measure), measure, null),
    };

    private static Figure Exactly(double value, long count) => new(value, value, value, count);
}
