using Portal.Components;

namespace Portal.Features.Tune;

public sealed class TuneStep(TuningService tuning) : IProjectStep
{
    public int Number => 4;

    public string Name => "Tune";

    public string Path => "tune";

    public async Task<StepStatus> ReadAsync(string projectId, CancellationToken ct)
    {
        if (await tuning.FindLatestAsync(projectId, ct) is { } job && Of(job) is { } status)
        {
            return status;
        }

        var plan = await tuning.PlanAsync(projectId, ct);
        return plan switch
        {
            { Version: null } => StepStatus.Waits("Waits for a frozen version of the data"),
            { Choice: null } => StepStatus.Waits("Waits for a model"),
            { IsUnnecessary: true } => new StepStatus(StepState.Done, "Not needed: the prompt is proven good enough"),
            { Blockers: [var first, ..] } => new StepStatus(StepState.Blocked, first),
            _ => new StepStatus(StepState.Now, $"{plan.Model?.DisplayName} on {Show.Count(plan.Version.TrainCount)} rows, ready to start", "Tune"),
        };
    }

    /// <summary>Null for a job that was cancelled: the step is open again.</summary>
    private static StepStatus? Of(TuningJob job) => job.State switch
    {
        TuningJobState.Succeeded => new StepStatus(StepState.Done, $"{job.BaseModelName} tuned on v{job.VersionNumber}, {Show.Count(job.Steps)} steps"),
        TuningJobState.Failed => new StepStatus(StepState.Blocked, $"The last tuning failed: {job.Problem}"),
        TuningJobState.Cancelled => null,
        _ => new StepStatus(StepState.Working, Progress(job), "Watch"),
    };

    private static string Progress(TuningJob job) => job.Steps > 0 && job.StepsDone > 0
        ? $"{TuningWords.Of(job)}, step {Show.Count(job.StepsDone)} of {Show.Count(job.Steps)}"
        : TuningWords.Of(job);
}
