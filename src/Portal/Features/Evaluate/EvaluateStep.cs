using Portal.Components;
using Portal.Features.Model;

namespace Portal.Features.Evaluate;

public sealed class EvaluateStep(EvaluationService evaluations, ChoiceService choices) : IProjectStep
{
    public int Number => 5;

    public string Name => "Evaluate";

    public string Path => "evaluate";

    public async Task<StepStatus> ReadAsync(string projectId, CancellationToken ct)
    {
        var setup = await evaluations.ReadSetupAsync(projectId, ct);
        var latest = await evaluations.FindLatestAsync(projectId, ct);
        if (latest is { Evaluation.IsActive: true })
        {
            return new StepStatus(StepState.Working, $"{Show.Count(latest.Answered)} of {Show.Count(latest.Total)} sealed rows answered");
        }

        var waiting = setup.Options.Where(o => o.IsTuned && o.Candidate.Id != setup.Live?.Id && latest?.Candidates.Any(c => c.CandidateId == o.Candidate.Id) is not true)
            .MaxBy(o => o.Candidate.CreatedAt)?.Candidate;
        return latest switch
        {
            _ when waiting is not null => new StepStatus(StepState.Now, $"{waiting.Name} is ready to be compared on {Show.Count(setup.Version?.TestCount ?? 0)} sealed rows", "Evaluate"),
            { Evaluation.State: EvaluationState.Succeeded } => Result(latest),
            { Evaluation.State: EvaluationState.Failed } => new StepStatus(StepState.Blocked, latest.Evaluation.Problem, "Look"),
            { Evaluation.State: EvaluationState.Cancelled } => new StepStatus(StepState.Now, "The last evaluation was cancelled", "Evaluate"),
            _ when setup.Version is not null && (await choices.FindAsync(projectId, ct))?.Verdict is Verdict.Stop =>
                new StepStatus(StepState.Now, "The prompt alone may be good enough: the sealed rows decide", "Evaluate"),
            _ => StepStatus.Waits("Waits for a tuned model"),
        };
    }

    private static StepStatus Result(EvaluationDetail detail)
    {
        var (metric, baseline) = (detail.Evaluation.Metric, detail.Baseline);
        var best = detail.Candidates.Skip(1).OrderBy(c => c.CandidateId == detail.Live?.Id).ThenByDescending(c => c.Result?.Of(metric)?.Value.Value).FirstOrDefault() ?? baseline;
        if (best.Result?.Of(metric) is not { } score || detail.GateOf(best) is not { } gate)
        {
            return new StepStatus(StepState.Blocked, "The evaluation has no result", "Look");
        }

        var name = best.Rung is Rung.Tuned ? "Tuned" : best.Name;
        var measured = $"{name} {Show.Interval(score.Value.Value, score.Value.Low, score.Value.High, score.Rows)}";
        var compared = score.ToBaseline is { } to && baseline.Result?.Of(metric) is { } before
            ? $" vs {Show.Percent(before.Value.Value)}: {EvaluateWords.Of(to.Verdict)}{(to.P is { } p ? ", " + EvaluateWords.P(p) : "")}"
            : "";
        return gate.Passed
            ? new StepStatus(StepState.Done, measured + compared)
            : new StepStatus(StepState.Blocked, $"{measured}{compared}. Gate: {string.Join("; ", gate.Checks.Where(c => c.Outcome is not CheckOutcome.Passed).Select(c => $"{c.Name.ToLowerInvariant()}, {EvaluateWords.Of(c.Outcome).ToLowerInvariant()}"))}", "Look");
    }
}
