using Microsoft.AspNetCore.Components;
using Portal.Components;
using Portal.Features.Connect;
using Portal.Features.Data;
using Portal.Features.Define;

namespace Portal.Features.Model;

/// <summary>Step 3: which models are asked, what came of it, and what follows.</summary>
public sealed partial class ModelPage : PortalPage
{
    private const int MistakePage = 25;

    private readonly HashSet<string> _selected = new(StringComparer.Ordinal);
    private string _projectName = "";
    private TaskDefinition _task = default!; // loaded before anything is shown
    private DatasetVersion? _version;
    private IReadOnlyList<CatalogueModel> _catalogue = [];
    private BaselinePlan? _plan;
    private Ladder _ladder = new([], null, null, null);
    private ModelChoice? _choice;
    private LadderRow? _open;
    private IReadOnlyList<Mistake> _mistakes = [];
    private ModelTier? _tier;
    private int _rows = BaselineService.DefaultRows;

    [Parameter]
    public string ProjectId { get; set; } = "";

    [SupplyParameterFromQuery]
    public string? Sort { get; set; }

    /// <summary>The run whose mistakes are open.</summary>
    [SupplyParameterFromQuery]
    public string? Run { get; set; }

    [SupplyParameterFromQuery]
    public int After { get; set; }

    [Inject]
    private ProjectService Projects { get; set; } = default!; // filled by the renderer

    [Inject]
    private ExampleService Examples { get; set; } = default!; // filled by the renderer

    [Inject]
    private CatalogueService Catalogue { get; set; } = default!; // filled by the renderer

    [Inject]
    private BaselineService Baselines { get; set; } = default!; // filled by the renderer

    [Inject]
    private CandidateRunService Runs { get; set; } = default!; // filled by the renderer

    [Inject]
    private ChoiceService Choices { get; set; } = default!; // filled by the renderer

    [Inject]
    private ConnectService Connect { get; set; } = default!; // filled by the renderer

    [Inject]
    private TimeProvider Time { get; set; } = default!; // filled by the renderer

    private IReadOnlyList<(string, string)> Facts =>
    [
        ("Data", $"Version {_version?.Number}"), ("Validation rows", Show.Count(_version?.ValidationCount ?? 0)), ("Metric", TaskWords.Of(_task.Metric)),
        ("Target", _task.Target is { } target ? $"≥ {Show.Percent(target)}" : "not set"),
    ];

    private string? WhyNotRun => !Runs.MayRun ? "Your role lets you look, not measure. Ask an owner, admin or editor."
        : !_task.IsComplete ? $"The task still misses {string.Join(", ", _task.Missing)}: finish step 1."
        : _version?.ValidationCount is 0 ? "This version has no validation rows: freeze one that has."
        : _selected.Count is 0 ? "Tick at least one model."
        : IsWorkingOut ? "Finding out what so many rows cost…"
        : _plan?.OpenFor(_selected).Any() is not true ? "All of these are measured, or being measured, on so many rows."
        : null;

    private string RunWord => WhyNotRun is null && _plan is { } plan ? $"Run baselines · about {Show.Money(plan.QuoteFor(_selected).LikelyMicros)}" : "Run baselines";

    private string QuoteWords => _plan is { } plan
        ? $"{Show.Count(plan.OpenFor(_selected).Count())} prompts × {Show.Count(plan.Rows)} rows; at most {Show.Money(plan.QuoteFor(_selected).WorstMicros)}, which is held until the runs end."
        : "";

    private string? NextMistakes => _mistakes.Count < MistakePage ? null : PortalUrls.Model(Org, ProjectId, Sort, Run, _mistakes[^1].Number);

    protected override async Task LoadAsync(CancellationToken ct)
    {
        var (project, task) = await Projects.GetAsync(ProjectId, ct);
        (_projectName, _task) = (project.Name, task);
        var version = await Examples.LatestVersionAsync(ProjectId, ct);
        if (version?.Id != _version?.Id)
        {
            (_version, _plan) = (version, null);
            _rows = Math.Clamp(version?.ValidationCount ?? 0, 1, BaselineService.DefaultRows);
        }

        if (_version is null)
        {
            return;
        }

        if (_catalogue.Count is 0)
        {
            _catalogue = await Catalogue.ListAsync(ct);
            _selected.UnionWith(BaselineService.DefaultModels(_catalogue));
            _tier = TierPart.Parse((await Projects.StartOfAsync(ProjectId, ct))?.Settings.GetValueOrDefault(TierPart.StoredAs));
            _selected.UnionWith(_catalogue.Where(m => m.IsOffered && m.Tier == _tier && m.PricesAt(Time.GetUtcNow().UtcDateTime) is not null).Select(m => m.Id));
        }

        var wasRunning = _ladder.IsRunning;
        var runs = await Runs.ListAsync(ProjectId, Split.Validation, ct);
        _ladder = Ladder.Of(runs.Where(r => r.Run.VersionId == _version.Id), _catalogue, _task.Target);
        _choice = await Choices.FindAsync(ProjectId, ct);
        if (Runs.MayRun && (_plan is null || wasRunning != _ladder.IsRunning))
        {
            var rows = _rows;
            var plan = await Baselines.PlanAsync(ProjectId, rows, ct);
            // Somebody may have asked for more rows meanwhile; then the price of those is on its way.
            _plan = rows == _rows ? plan : _plan;
        }

        await OpenMistakesAsync(ct);
    }

    private async Task OpenMistakesAsync(CancellationToken ct)
    {
        _open = _ladder.Rows.FirstOrDefault(r => r.Run.Id == Run);
        _mistakes = _open is { } open && Runs.MayReadMistakes ? await Runs.MistakesAsync(open.Run.Id, After, MistakePage, ct) : [];
    }

    private void Toggle(string modelId)
    {
        if (!_selected.Remove(modelId))
        {
            _selected.Add(modelId);
        }
    }

    private Task SetRowsAsync(int rows)
    {
        _rows = rows;
        return WorkOutAsync(ct => Baselines.PlanAsync(ProjectId, rows, ct), plan => _plan = plan);
    }

    private Task StartAsync() => RunAsync(async ct =>
    {
        await Baselines.StartAsync(ProjectId, _selected, _rows, ct);
        await ReplanAsync();
    });

    /// <summary>The verdict asked for more rows, and the split has them.</summary>
    private Task MeasureAllAsync() => RunAsync(async ct =>
    {
        _rows = _version?.ValidationCount ?? _rows;
        await Baselines.StartAsync(ProjectId, [.. _ladder.Rows.Select(r => r.Model).Where(m => m.IsOffered).Select(m => m.Id).Distinct()], _rows, ct);
        await ReplanAsync();
    });

    private Task CancelAsync(LadderRow row) => RunAsync(async ct =>
    {
        await Runs.CancelAsync(row.Run.Id, ct);
        await ReplanAsync();
    });

    private Task ChooseAsync(LadderRow row) => RunAsync(
        async ct =>
        {
            await Choices.ChooseAsync(ProjectId, row.Candidate.Id, ct);
            await RefreshAsync();
        },
        $"{row.Candidate.Name} is chosen.");

    private async Task ReplanAsync()
    {
        _plan = null;
        await RefreshAsync();
    }
}
