using Microsoft.AspNetCore.Components;
using Portal.Components;

namespace Portal.Features.Monitor;

public sealed partial class MonitorPage : PortalPage
{
    private MonitorView? _view;
    private IReadOnlyList<RetiringModel> _retiring = [];
    private RetuneView? _retune;
    private RetuneSchedule? _schedule;

    [Parameter]
    public string ProjectId { get; set; } = "";

    [SupplyParameterFromQuery(Name = "range")]
    private string? RangeKey { get; set; }

    [SupplyParameterFromQuery]
    private string? Deployment { get; set; }

    [SupplyParameterFromQuery]
    private string? Key { get; set; }

    [Inject]
    private MonitorService Monitor { get; set; } = default!; // filled by the renderer

    [Inject]
    private RetirementRadar Radar { get; set; } = default!; // filled by the renderer

    [Inject]
    private RetuneService Retunes { get; set; } = default!; // filled by the renderer

    [Inject]
    private RetuneScheduleService Schedules { get; set; } = default!; // filled by the renderer

    [Inject]
    private TimeProvider Time { get; set; } = default!; // filled by the renderer

    private MonitorScope Scope => new(MonitorRange.Named(RangeKey), Deployment, Key);

    private string Ago => _view?.AsOf is { } at ? Portal.Components.Show.Ago(at, Time.GetUtcNow().UtcDateTime) : "";

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _view = await Monitor.ReadAsync(ProjectId, Scope, ct);
        _retiring = await Radar.OfProjectAsync(ProjectId, ct);
        _retune = await Retunes.ReadAsync(ProjectId, ct);
        _schedule = await Schedules.FindAsync(ProjectId, ct);
    }

    private async Task DismissAsync()
    {
        if (_retune?.Open is { } open && await RunAsync(ct => Retunes.DismissAsync(ProjectId, open.Id, ct), "Dismissed. It is proposed again only for something new."))
        {
            await RefreshAsync();
        }
    }

    private async Task ScheduleAsync(RetunePlan plan)
    {
        if (await RunAsync(ct => Schedules.SetAsync(ProjectId, plan, ct), plan.Pace is RetunePace.Off ? "The schedule is off." : "The schedule is saved."))
        {
            await RefreshAsync();
        }
    }

    private void Show(MonitorScope scope) => Navigation.NavigateTo(PortalUrls.Monitor(Org, ProjectId,
        ("range", scope.Range == MonitorRange.Named(null) ? null : scope.Range.Key), ("deployment", scope.DeploymentId), ("key", scope.KeyId)));
}
