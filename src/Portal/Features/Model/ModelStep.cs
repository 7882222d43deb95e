using Portal.Components;
using Portal.Features.Data;
using Portal.Features.Define;

namespace Portal.Features.Model;

public sealed class ModelStep(
    ProjectService projects, ExampleService examples, CandidateRunService runs, CandidateService candidates, ChoiceService choices, CatalogueService catalogue) : IProjectStep
{
    public int Number => 3;

    public string Name => "Model";

    public string Path => "model";

    public async Task<StepStatus> ReadAsync(string projectId, CancellationToken ct)
    {
        if (await examples.LatestVersionAsync(projectId, ct) is not { } version)
        {
            return StepStatus.Waits("Waits for a frozen version of the data");
        }

        var (_, task) = await projects.GetAsync(projectId, ct);
        var rows = (await runs.ListAsync(projectId, Split.Validation, ct)).Where(r => r.Run.VersionId == version.Id);
        var ladder = Ladder.Of(rows, await catalogue.ListAsync(ct), task.Target);
        if (ladder.IsRunning)
        {
            var (settled, total) = (ladder.Rows.Sum(r => (long)r.Run.Answered), ladder.Rows.Sum(r => (long)r.Run.Total));
            return new StepStatus(StepState.Working, $"Baselines are running: {Show.Count(settled)} of {Show.Count(total)} rows", "Watch");
        }

        if (await choices.FindAsync(projectId, ct) is { } choice)
        {
            var (candidate, _) = await candidates.GetAsync(choice.CandidateId, ct);
            return new StepStatus(StepState.Done, Fact(candidate.Name, await runs.GetAsync(choice.RunId, ct), choice.Verdict));
        }

        return ladder switch
        {
            { Verdict: { } verdict, Proposed: { } proposed } => new StepStatus(StepState.Now, Fact(proposed.Candidate.Name, proposed.Run, verdict), "Choose"),
            { Rows.Count: > 0, Verdict: null } when ladder.Rows.All(r => r.Run.State is RunState.Failed) =>
                new StepStatus(StepState.Blocked, $"The baselines failed: {ladder.Rows[0].Run.Problem}", "Look"),
            { Verdict: { } verdict } => new StepStatus(StepState.Now, $"Measured → {ModelWords.Of(verdict)}", "Choose"),
            _ => new StepStatus(StepState.Now, "No baseline has been measured yet", "Run baselines"),
        };
    }

    private static string Fact(string name, CandidateRun run, Verdict verdict) => run.Metrics is { } m
        ? $"{name} {Show.Interval(m.Score, m.Low, m.High, m.Rows)} → {ModelWords.Of(verdict)}"
        : $"{name} → {ModelWords.Of(verdict)}";
}
