using Portal.Components;

namespace Portal.Features.Define;

public sealed class DefineStep(ProjectService projects) : IProjectStep
{
    public int Number => 1;

    public string Name => "Define";

    public string Path => "define";

    public async Task<StepStatus> ReadAsync(string projectId, CancellationToken ct)
    {
        var (_, task) = await projects.GetAsync(projectId, ct);
        return task.IsComplete
            ? new StepStatus(StepState.Done, $"{TaskWords.Of(task.Kind)} · target {TaskWords.Of(task.Metric).ToLowerInvariant()} ≥ {Show.Percent(task.Target ?? 0)}")
            : new StepStatus(StepState.Now, $"Still missing: {string.Join(", ", task.Missing)}", "Define");
    }
}
