using Portal.Features.Define;
using Portal.Features.Model;

namespace Portal.Features.Evaluate;

public enum ComparisonVerdict
{
    Better,
    Worse,
    NotDistinguishable,
}

/// <summary>Candidate minus baseline on the rows that both answered; p is the exact McNemar's, for accuracy alone.</summary>
public sealed record Comparison(Estimate Difference, double? P, int Rows, ComparisonVerdict Verdict);

/// <summary>One metric of one candidate. The comparison is null for the baseline itself.</summary>
public sealed record MetricScore(MetricKind Metric, Estimate Value, int Rows, Comparison? ToBaseline);

/// <summary>A confusion with some of the rows behind it, for reading.</summary>
public sealed record ConfusionRows(Confusion Pair, IReadOnlyList<int> Numbers);

/// <summary>
/// What an evaluation found about one candidate. Computed once, when its runs are done, and stored as it is.
/// </summary>
/// <param name="Rows">Rows with an answer.</param>
/// <param name="Failed">Rows that could not be asked.</param>
/// <param name="Outside">Answers that are no label of the task; null where the task lists none.</param>
public sealed record CandidateResult(
    int Rows, int Failed, int? Outside, IReadOnlyList<MetricScore> Scores, IReadOnlyList<LabelScore> Labels, IReadOnlyList<ConfusionRows> Confusions,
    double LatencyP50Ms, double LatencyP95Ms, double MeanInputTokens, double MeanOutputTokens, long CostPerThousandMicros)
{
    /// <summary>Null where nothing was live, or what was did not take part.</summary>
    public LiveComparison? ToLive { get; init; }

    public MetricScore? Of(MetricKind metric) => Scores.FirstOrDefault(s => s.Metric == metric);
}
