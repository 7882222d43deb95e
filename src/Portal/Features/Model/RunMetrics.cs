using Portal.Features.Define;

namespace Portal.Features.Model;

/// <summary>What a finished run measured. Never a bare score: it has its interval and the number of rows behind it.</summary>
public sealed record RunMetrics(
    double Score, double Low, double High, int Rows, double LatencyP50Ms, double LatencyP95Ms,
    double MeanInputTokens, double MeanOutputTokens, long CostPerThousandMicros, double? OutsideLabels)
{
    /// <summary>Rows that failed are left out: they make the run incomplete, not its score.</summary>
    /// <param name="expected">The right answer by row number.</param>
    public static RunMetrics Of(
        TaskDefinition task, MetricKind metric, TokenPrices prices, IReadOnlyDictionary<int, string> expected, IReadOnlyList<CandidateAnswer> answers)
    {
        var answered = answers.Where(a => a.Error is null).ToList();
        var labels = task.Kind is TaskKind.Classify && task.Labels.Count > 0
            ? new MacroF1([.. answered.Select(a => expected[a.Number])], [.. answered.Select(a => a.Answer)], task.Labels)
            : null;
        var score = metric switch
        {
            MetricKind.Accuracy => Rate(answered),
            MetricKind.MacroF1 when labels is not null => labels.Estimate(),
            _ => PairedBootstrap.MeanShare(answered.Select(a => a.Score).ToArray()),
        };
        var latencies = answered.Select(a => a.LatencyMs).Order().ToList();
        var (input, output) = (Mean(answered, a => a.InputTokens), Mean(answered, a => a.OutputTokens + a.ThinkingTokens));
        return new RunMetrics(
            score.Value, score.Low, score.High, answered.Count, Percentile(latencies, 0.5), Percentile(latencies, 0.95),
            input, output, CostPerThousand(prices, input, output),
            labels is null || answered.Count is 0 ? null : (double)Enumerable.Range(0, labels.Rows).Count(labels.IsOutside) / labels.Rows);
    }

    /// <summary>A thousand calls of this length; thinking is part of the output.</summary>
    public static long CostPerThousand(TokenPrices prices, double inputTokens, double outputTokens) =>
        (long)Math.Round((((decimal)inputTokens * prices.Input) + ((decimal)outputTokens * prices.Output)) / 1_000m);

    /// <summary>The value that this share of the calls does not exceed, as it was measured: nothing is interpolated.</summary>
    public static double Percentile(IReadOnlyList<double> sorted, double share) =>
        sorted.Count is 0 ? 0 : sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Count) - 1, 0, sorted.Count - 1)];

    private static Estimate Rate(List<CandidateAnswer> answered)
    {
        var right = answered.Count(a => a.IsCorrect);
        var (low, high) = Wilson.Interval(right, answered.Count);
        return new Estimate(answered.Count is 0 ? 0 : (double)right / answered.Count, low, high);
    }

    private static double Mean(List<CandidateAnswer> answered, Func<CandidateAnswer, int> value) =>
        answered.Count is 0 ? 0 : answered.Average(value);
}
