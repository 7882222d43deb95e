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
    /// <param name="live">Where one of them is what callers are answered by.</param>
    public static IReadOnlyList<CandidateResult> Of(
        TaskDefinition task, IReadOnlyDictionary<int, string> expected, IReadOnlyList<AnsweredRun> runs, LiveRows? live = null)
    {
        var sheets = runs.Select(r => AnswerSheet.Of(task, expected, r.Answers)).ToList();
        if (live is not null)
        {
            sheets[live.Place] = sheets[live.Place].Without(live.Ages.Seen);
        }

        return [.. runs.Select((run, place) => Of(task, run, sheets[place], place is 0 ? null : sheets[0]) with
        {
            ToLive = live is null ? null : ToLive(live, sheets[live.Place], place == live.Place ? null : sheets[place]),
        })];
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

    private static LiveComparison ToLive(LiveRows live, AnswerSheet standing, AnswerSheet? candidate)
    {
        var (ages, isLater) = (live.Ages, live.Version > live.JudgedBy);
        // A version that is no later seals nothing anew: all of its rows are those to hold one's own on.
        IReadOnlySet<int> old = isLater ? ages.Old : ages.Old.Union(ages.Fresh).ToHashSet();
        return new LiveComparison(
            live.Place, live.Version, live.JudgedBy, ages.Seen.Count, ages.Gone, candidate is null ? null : Part(live.Metric, standing, candidate, old),
            candidate is null || !isLater ? null : Part(live.Metric, standing, candidate, ages.Fresh));
    }

    private static LivePart Part(MetricKind metric, AnswerSheet standing, AnswerSheet candidate, IReadOnlySet<int> numbers)
    {
        var common = standing.Numbers.Intersect(candidate.Numbers).Where(numbers.Contains).ToHashSet();
        var (before, after) = (standing.Only(common), candidate.Only(common));
        return common.Count is 0
            ? new LivePart(0, default, default, new Comparison(default, null, 0, ComparisonVerdict.NotDistinguishable))
            : new LivePart(common.Count, before.Estimate(metric), after.Estimate(metric), Compare(metric, before, after));
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
