using Portal.Features.Define;
using Portal.Features.Model;

namespace Portal.Features.Evaluate;

/// <summary>Answers of one run to the sealed rows, with the run's own figures on latency, tokens and cost.</summary>
public sealed record AnsweredRun(IReadOnlyList<CandidateAnswer> Answers, RunMetrics Metrics);

/// <summary>
/// From answers to results: every number with its interval, every comparison on the same rows. Pure, and the same answers
/// give the same figures.
/// </summary>
public static class EvaluationScoring
{
    /// <summary>Below it, an uneven split is not put down to chance.</summary>
    public const double Significance = 0.05;

    private const int MostConfusions = 200;
    private const int MostRowsOfAConfusion = 100;

    /// <param name="expected">The right output by row number.</param>
    /// <param name="runs">The baseline first.</param>
    public static IReadOnlyList<CandidateResult> Of(TaskDefinition task, IReadOnlyDictionary<int, string> expected, IReadOnlyList<AnsweredRun> runs)
    {
        var sheets = runs.Select(r => AnswerSheet.Of(task, expected, r.Answers)).ToList();
        return [.. runs.Select((run, place) => Of(task, run, sheets[place], place is 0 ? null : sheets[0]))];
    }

    private static CandidateResult Of(TaskDefinition task, AnsweredRun run, AnswerSheet sheet, AnswerSheet? baseline)
    {
        var labels = task.Kind is TaskKind.Classify ? sheet.Labels() : null;
        var report = labels?.Report();
        var scores = TaskDefinition.MetricsFor(task.Kind).Select(metric => new MetricScore(
            metric, sheet.Estimate(metric), sheet.Rows, baseline is null ? null : Compare(metric, baseline, sheet)));
        var (m, failed) = (run.Metrics, run.Answers.Count(a => a.Error is not null));
        return new CandidateResult(
            sheet.Rows, failed, task.Labels.Count > 0 ? report?.OutsideAnswers : null, [.. scores], report?.Labels ?? [],
            [.. (report?.Confusions ?? []).Take(MostConfusions).Select(c => new ConfusionRows(c, [.. labels!.RowsOf(c).Take(MostRowsOfAConfusion).Select(row => sheet.Numbers[row])]))],
            m.LatencyP50Ms, m.LatencyP95Ms, m.MeanInputTokens, m.MeanOutputTokens, m.CostPerThousandMicros);
    }

    private static Comparison Compare(MetricKind metric, AnswerSheet baseline, AnswerSheet candidate)
    {
        var common = baseline.Numbers.Intersect(candidate.Numbers).ToHashSet();
        var (before, after) = (baseline.Only(common), candidate.Only(common));
        var difference = before.DifferenceTo(after, metric);
        if (metric is not MetricKind.Accuracy)
        {
            return new Comparison(difference, null, common.Count, Word(difference.Excludes(0), difference.Value));
        }

        var (better, worse) = before.Changes(after);
        var p = McNemar.ExactP(better, worse);
        return new Comparison(difference, p, common.Count, Word(p < Significance, better - worse));
    }

    private static ComparisonVerdict Word(bool isTold, double direction) =>
        !isTold ? ComparisonVerdict.NotDistinguishable : direction > 0 ? ComparisonVerdict.Better : ComparisonVerdict.Worse;
}
