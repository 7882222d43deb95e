using Portal.Components;
using Portal.Features.Define;
using Portal.Features.Model;

namespace Portal.Features.Evaluate;

public enum CheckOutcome
{
    Passed,
    Failed,
    CannotDecide,
}

/// <summary>One thing that must hold before a candidate may serve, and what was measured of it.</summary>
public sealed record GateCheck(string Name, CheckOutcome Outcome, string Detail);

/// <summary>What must hold before a deploy, decided from one evaluation. It passes when every check does.</summary>
public sealed record ReleaseGate(bool Passed, IReadOnlyList<GateCheck> Checks)
{
    /// <summary>So many answers outside the label set are borne: they count as wrong anyway, and a caller must expect one.</summary>
    public const double MostOutside = 0.01;

    public string EvaluationId { get; init; } = "";

    public DateTime EvaluatedAt { get; init; }

    /// <summary>Why it has not passed.</summary>
    public IReadOnlyList<string> Reasons => [.. Checks.Where(c => c.Outcome is not CheckOutcome.Passed).Select(c => c.Detail)];

    /// <summary>Null until the evaluation has a result for the candidate.</summary>
    /// <param name="live">What it would take the place of; null where nothing is live.</param>
    public static ReleaseGate? Of(EvaluationRun evaluation, EvaluatedCandidate candidate, string baselineName, LiveOpponent? live = null)
    {
        if (evaluation is not { State: EvaluationState.Succeeded, EndedAt: { } at } || candidate.Result is not { } result || result.Of(evaluation.Metric) is not { } score)
        {
            return null;
        }

        GateCheck[] checks =
        [
            Target(evaluation, score), Baseline(candidate, score, baselineName), .. LiveCheck.Of(candidate, result, live), Complete(result),
            .. result.Outside is { } outside ? [Labels(outside, result.Rows)] : Array.Empty<GateCheck>(),
        ];
        return new ReleaseGate(checks.All(c => c.Outcome is CheckOutcome.Passed), checks) { EvaluationId = evaluation.Id, EvaluatedAt = at };
    }

    private static GateCheck Target(EvaluationRun evaluation, MetricScore score)
    {
        var (metric, target) = (TaskWords.Of(evaluation.Metric), Show.Percent(evaluation.Target));
        var measured = $"{metric} {Show.Interval(score.Value.Value, score.Value.Low, score.Value.High, score.Rows)}";
        return VerdictRule.Decide(score.Value.Low, score.Value.High, evaluation.Target) switch
        {
            Verdict.Stop => new GateCheck("Target met", CheckOutcome.Passed, $"{measured}: even the low end reaches {target}."),
            Verdict.Climb => new GateCheck("Target met", CheckOutcome.Failed, $"{measured}: even the high end misses {target}."),
            _ => new GateCheck("Target met", CheckOutcome.CannotDecide, $"{measured}: the target of {target} lies inside the interval. {RowsWanted(score, evaluation.Target)}"),
        };
    }

    private static string RowsWanted(MetricScore score, double target) => VerdictRule.RowsNeeded(score.Value.Value, target) is { } rows && rows > score.Rows
        ? $"About {Show.Count(rows)} sealed rows would tell, if the score stays."
        : "The score is too near the target to tell them apart.";

    private static GateCheck Baseline(EvaluatedCandidate candidate, MetricScore score, string baselineName) => score.ToBaseline switch
    {
        null => new GateCheck("Not worse than the baseline", CheckOutcome.Passed, $"{candidate.Name} is the baseline itself."),
        { Verdict: ComparisonVerdict.Worse } worse => new GateCheck(
            "Not worse than the baseline", CheckOutcome.Failed, $"Worse than {baselineName}: {EvaluateWords.Of(worse)}."),
        { Rows: 0 } => new GateCheck("Not worse than the baseline", CheckOutcome.CannotDecide, $"No row was answered by both it and {baselineName}."),
        var other => new GateCheck("Not worse than the baseline", CheckOutcome.Passed, $"Against {baselineName}: {EvaluateWords.Of(other)}."),
    };

    private static GateCheck Complete(CandidateResult result) => result.Failed is 0
        ? new GateCheck("Every row answered", CheckOutcome.Passed, $"All {Show.Count(result.Rows)} rows have an answer.")
        : new GateCheck("Every row answered", CheckOutcome.Failed, $"{Show.Count(result.Failed)} of {Show.Count(result.Rows + result.Failed)} rows could not be asked; they may be the hard ones. Evaluate again.");

    private static GateCheck Labels(int outside, int rows) => new(
        "Answers within the label set", outside <= rows * MostOutside ? CheckOutcome.Passed : CheckOutcome.Failed,
        outside is 0 ? "Every answer is a label of the task." : $"{Show.Count(outside)} of {Show.Count(rows)} answers are no label of the task; at most {Show.Percent(MostOutside)} may be.");
}
