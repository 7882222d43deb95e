using Hangfire;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Model;
using Portal.Persistence;

namespace Portal.Features.Admin;

/// <summary>
/// Leads the demo project to the Tune step by the same services a person's clicks reach. Each run does what is next and ends;
/// it is started at every start of a demo and does nothing once the project has its model.
/// </summary>
public sealed class DemoWorker(
    TenantScope scope,
    ProjectService projects,
    DatasetService datasets,
    ExampleService examples,
    BaselineService baselines,
    CandidateRunService runs,
    CandidateService candidates,
    ChoiceService choices,
    IBackgroundJobClient jobs)
{
    public const string ProjectName = "Support message routing";

    private const string TuningBase = "gemini-3.5-flash";

    private static readonly string[] s_models = [TuningBase, "gemini-3.5-flash-lite", "gemini-3.1-pro-preview"];

    public async Task RunAsync(string tenantId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        var listed = await projects.ListAsync(ct);
        if (listed.Count > 0 && listed.All(p => p.Name != ProjectName))
        {
            return;
        }

        var projectId = listed.FirstOrDefault(p => p.Name == ProjectName)?.Id ?? (await projects.CreateAsync(ProjectName, ct)).Id;
        if (await choices.FindAsync(projectId, ct) is null && !await DoNextAsync(projectId, ct))
        {
            jobs.Schedule<DemoWorker>(w => w.RunAsync(tenantId, CancellationToken.None), TimeSpan.FromSeconds(2));
        }
    }

    /// <summary>True when the project stands before Tune.</summary>
    private async Task<bool> DoNextAsync(string projectId, CancellationToken ct)
    {
        if (!(await projects.GetAsync(projectId, ct)).Task.IsComplete)
        {
            var routing = TaskTemplate.All[0];
            await projects.SaveTaskAsync(projectId, new TaskDraft(
                "Send every traveller's message to the right team at once, without a person reading it first.",
                routing.Kind, routing.Instruction, [], routing.Metric, 0.8), ct);
        }

        if (await examples.LatestVersionAsync(projectId, ct) is null)
        {
            await using var tickets = typeof(DemoWorker).Assembly.GetManifestResourceStream("support-tickets.csv")
                ?? throw new InvalidOperationException("The demo's tickets are missing from the build.");
            await datasets.ImportTextAsync(projectId, "support-tickets.csv", tickets, ct);
        }

        var measured = await runs.ListAsync(projectId, Split.Validation, ct);
        if (measured.Count is 0)
        {
            await baselines.StartAsync(projectId, s_models, 1_000, ct);
            return false;
        }

        if (measured.Any(r => r.Run.IsActive))
        {
            return false;
        }

        var fewShot = (await candidates.ListAsync(projectId, ct)).First(c => c is { BaseModelId: TuningBase, Rung: Rung.FewShot });
        await choices.ChooseAsync(projectId, fewShot.Id, ct);
        return true;
    }
}
