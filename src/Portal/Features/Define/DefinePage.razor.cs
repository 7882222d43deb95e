using Microsoft.AspNetCore.Components;
using Portal.Components;

namespace Portal.Features.Define;

/// <summary>Saves each field as it settles; there is no save button to forget.</summary>
public sealed partial class DefinePage : PortalPage
{
    private string _projectName = "";
    private string _goal = "";
    private TaskKind _kind;
    private string _instruction = "";
    private string _labels = "";
    private MetricKind _metric;
    private double? _target;
    private string _saved = "";
    private bool _loaded;
    private bool _changed;
    private bool _renamed;

    [Parameter]
    public string ProjectId { get; set; } = "";

    [Inject]
    private ProjectService Projects { get; set; } = default!; // filled by the renderer

    private IReadOnlyList<string> LabelList => _labels.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private string LabelHelp => LabelList.Count is 0
        ? "Empty for now: when you freeze your data, its labels are listed here."
        : $"{Show.Count(LabelList.Distinct(StringComparer.Ordinal).Count())} labels";

    private string Missing => string.Join(", ", new[] { _goal.Trim() is "" ? "a goal" : "", _instruction.Trim() is "" ? "an instruction" : "", _target is null ? "a target" : "" }.Where(m => m is not ""));

    protected override async Task LoadAsync(CancellationToken ct)
    {
        // Loading again must not overwrite what is being typed.
        if (_loaded)
        {
            return;
        }

        var (project, task) = await Projects.GetAsync(ProjectId, ct);
        _projectName = project.Name;
        (_goal, _kind, _instruction, _metric) = (task.Goal, task.Kind, task.Instruction, task.Metric);
        _labels = task.LabelLines;
        _target = task.Target is { } target ? Math.Round(target * 100, 2) : null;
        _loaded = true;
    }

    private void ChooseKind(TaskKind kind)
    {
        _kind = kind;
        if (!TaskDefinition.MetricsFor(kind).Contains(_metric))
        {
            _metric = TaskDefinition.MetricsFor(kind)[0];
        }
    }

    private Task SetAsync(Action change)
    {
        change();
        _changed = true;
        return SaveAsync();
    }

    private Task RenameAsync(string name)
    {
        (_projectName, _renamed) = (name, true);
        return SaveAsync();
    }

    /// <summary>What changes while a save is under way is saved after it, never dropped.</summary>
    private async Task SaveAsync()
    {
        var saved = true;
        while ((_changed || _renamed) && !IsBusy)
        {
            var (changed, renamed) = (_changed, _renamed);
            (_changed, _renamed, _saved) = (false, false, "Saving…");
            saved &= !changed || await RunAsync(ct => Projects.SaveTaskAsync(
                ProjectId, new TaskDraft(_goal, _kind, _instruction, LabelList, _metric, _target / 100), ct));
            saved &= !renamed || await RunAsync(ct => Projects.RenameAsync(ProjectId, _projectName, ct));
            _saved = saved ? "Saved" : "Not saved";
        }
    }
}
