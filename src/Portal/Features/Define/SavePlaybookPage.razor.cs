using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Portal.Components;

namespace Portal.Features.Define;

/// <summary>Shows everything that would go along before it does. What the rows say is compared when it is saved, and only then.</summary>
public sealed partial class SavePlaybookPage : PortalPage
{
    private readonly HashSet<string> _taken = [];
    private readonly HashSet<string> _kept = [];
    private PlaybookPreview? _preview;
    private IReadOnlyList<PlaybookObjection> _objections = [];
    private string _name = "";
    private string _goal = "";
    private string _instruction = "";
    private bool _isRead;
    private bool _takesLabels;

    [Parameter]
    public string ProjectId { get; set; } = "";

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!; // cascaded by the shell

    [Inject]
    private PlaybookSource Source { get; set; } = default!; // filled by the renderer

    private string Purpose => Source.Via is ""
        ? "Keep what was set up here for the next project. No row, file or person goes along."
        : $"Keep what was set up here for the next client. It becomes {Source.Via}'s, and the audit logs of both say so. No row, file or person goes along.";

    private string WhyNot => _name.Trim() is "" ? "Give it a name first." : !_isRead ? "Read the goal and the instruction, and say so, first." : "";

    protected override async Task LoadAsync(CancellationToken ct)
    {
        // Loading again must not overwrite what is being typed.
        if (_preview is null)
        {
            _preview = await Source.PreviewAsync(ProjectId, ct);
            (_goal, _instruction) = (_preview.Task.Goal, _preview.Task.Instruction);
            // Names of columns are somebody's own words: they go along only by a tick.
            _taken.UnionWith(_preview.Settings.Where(s => s.Advice is "").Select(s => s.Key));
        }
    }

    private void Reword(Action change)
    {
        change();
        _isRead = false;
    }

    private void Take(string key, bool taken)
    {
        if (!(taken ? _taken.Add(key) : _taken.Remove(key)))
        {
            return;
        }

        _objections = [];
    }

    private void Keep(string text, bool kept) => _ = kept ? _kept.Add(text) : _kept.Remove(text);

    private Task SaveAsync() => RunAsync(async ct =>
    {
        if (_preview is not { } preview)
        {
            return;
        }

        var draft = new PlaybookDraft(
            _name, _goal, _instruction, _takesLabels ? preview.Task.Labels : [],
            preview.Settings.Where(s => _taken.Contains(s.Key)).ToDictionary(s => s.Key, s => s.Stored), _kept);
        _objections = await Source.SaveAsync(ProjectId, draft, (await Authentication).User, ct);
        if (_objections.Count is 0)
        {
            Snackbar.Add(Source.Via is "" ? "Saved. It is among your playbooks." : $"Saved. It is among the playbooks of {Source.Via}.", MudBlazor.Severity.Success);
            Navigation.NavigateTo(PortalUrls.Project(Org, ProjectId));
        }
    });
}
