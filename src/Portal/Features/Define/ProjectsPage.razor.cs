using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Portal.Components;
using Portal.Features.Tenancy;

namespace Portal.Features.Define;

/// <summary>Where everybody begins: the projects, and for a consultant how far the client has come.</summary>
public sealed partial class ProjectsPage : PortalPage
{
    private IReadOnlyList<ProjectRow> _rows = [];
    private OnboardingList? _onboarding;
    private IReadOnlyList<ProjectNotice> _notices = [];
    private IReadOnlyList<ProjectBasis> _bases = [ProjectBasis.Nothing];
    private ProjectBasis _basis = ProjectBasis.Nothing;
    private LimitUse? _limit;
    private bool _creating;
    private bool _wasAsked;
    private string _name = "";

    /// <summary>The playbook to begin a project with at once.</summary>
    [SupplyParameterFromQuery(Name = "playbook")]
    public string? PlaybookId { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!; // cascaded by the shell

    [Inject]
    private ProjectService Projects { get; set; } = default!; // filled by the renderer

    [Inject]
    private PlaybookService Playbooks { get; set; } = default!; // filled by the renderer

    [Inject]
    private Onboarding Onboarding { get; set; } = default!; // filled by the renderer

    [Inject]
    private IEnumerable<IProjectNotices> Notices { get; set; } = default!; // filled by the renderer

    [Inject]
    private IEnumerable<IPlanLimits> Limits { get; set; } = default!; // filled by the renderer

    [Inject]
    private CurrentMember Current { get; set; } = default!; // filled by the renderer

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _rows = await Projects.ListAsync(ct);
        _notices = await Notices.AllAsync(null, ct);
        _limit = await Limits.NearAsync(Limit.Projects, Current, ct);
        // What a consultant sets up for a client; whoever belongs here has the projects themselves.
        _onboarding = Current.IsVisiting ? await Onboarding.ReadAsync(ct) : null;
        if (PlaybookId is not null && !_wasAsked)
        {
            _wasAsked = true;
            await FindBasesAsync(ct);
            _basis = _bases.FirstOrDefault(b => b.PlaybookId == PlaybookId) ?? ProjectBasis.Nothing;
            _creating = true;
        }
    }

    private Task OpenAsync() => RunAsync(async ct =>
    {
        await FindBasesAsync(ct);
        _creating = true;
    });

    private async Task FindBasesAsync(CancellationToken ct)
    {
        var playbooks = await Playbooks.ListAsync((await Authentication).User, ct);
        _bases = [ProjectBasis.Nothing, .. playbooks.Select(ProjectBasis.Of), .. TaskTemplate.All.Select(ProjectBasis.Of)];
    }

    private Task CreateAsync() => RunAsync(async ct =>
    {
        var project = _basis.PlaybookId is { Length: > 0 } playbookId
            ? await Playbooks.CreateProjectAsync(_name, playbookId, (await Authentication).User, ct)
            : await Projects.CreateAsync(_name, ct);
        if (_basis.Template is { } t)
        {
            await Projects.SaveTaskAsync(project.Id, new TaskDraft(t.Goal, t.Kind, t.Instruction, [], t.Metric, t.Target), ct);
        }

        Navigation.NavigateTo(PortalUrls.Project(Org, project.Id));
    });
}
