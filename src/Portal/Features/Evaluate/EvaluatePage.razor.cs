using Microsoft.AspNetCore.Components;
using Portal.Components;
using Portal.Features.Connect;
using Portal.Features.Define;

namespace Portal.Features.Evaluate;

/// <summary>Step 5: who is compared on the sealed rows, what came of it, and whether it may be deployed.</summary>
public sealed partial class EvaluatePage : PortalPage
{
    private readonly HashSet<string> _candidates = new(StringComparer.Ordinal);
    private EvaluationSetup _setup = default!; // loaded before anything is shown
    private EvaluationDetail? _detail;
    private IReadOnlyList<EvaluationLine> _history = [];
    private EvaluateView _view = new("", "");
    private EvaluatedCandidate? _selected;
    private ReleaseGate? _gate;
    private RowPage? _rows;
    private EvaluationQuote? _quote;
    private string? _obstacle;
    private string? _baseline;
    private bool _confirmed;
    private string _proposedFor = "";
    private string _opened = "";

    [Parameter]
    public string ProjectId { get; set; } = "";

    [SupplyParameterFromQuery]
    public string? Evaluation { get; set; }

    [SupplyParameterFromQuery]
    public string? Candidate { get; set; }

    [SupplyParameterFromQuery]
    public string? Part { get; set; }

    [SupplyParameterFromQuery]
    public string? Sort { get; set; }

    [SupplyParameterFromQuery]
    public string? Filter { get; set; }

    [SupplyParameterFromQuery]
    public int? Pair { get; set; }

    [SupplyParameterFromQuery]
    public int Page { get; set; }

    [Inject]
    private EvaluationService Evaluations { get; set; } = default!; // filled by the renderer

    [Inject]
    private EvaluationRows Rows { get; set; } = default!; // filled by the renderer

    [Inject]
    private ConnectService Connect { get; set; } = default!; // filled by the renderer

    [Inject]
    private TimeProvider Time { get; set; } = default!; // filled by the renderer

    private IReadOnlyList<(string, string)> Facts
    {
        get
        {
            var version = _detail?.Version ?? _setup.Version;
            var (metric, target) = _detail is { Evaluation: var done } ? (done.Metric, done.Target) : (_setup.Project.Task.Metric, _setup.Project.Task.Target);
            return
            [
                ("Data", version is null ? "no version" : $"Version {version.Number}"), ("Sealed rows", Show.Count(version?.TestCount ?? 0)), ("Looks so far", LooksOf(_setup.Looks)),
                ("Metric", TaskWords.Of(metric)), ("Target", target is { } share ? $"≥ {Show.Percent(share)}" : "not set"),
            ];
        }
    }

    private IEnumerable<(string? Part, string Words)> Parts =>
    [
        .. _selected?.Result?.Labels.Count > 0 ? [(EvaluateView.Labels, "Labels"), (EvaluateView.Confusions, "Confusions")] : Array.Empty<(string?, string)>(),
        .. Rows.IsAllowed ? [(EvaluateView.Rows, "Read failures")] : Array.Empty<(string?, string)>(),
    ];

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _setup = await Evaluations.ReadSetupAsync(ProjectId, ct);
        _detail = Evaluation is { } id ? await Evaluations.GetAsync(ProjectId, id, ct) : await Evaluations.FindLatestAsync(ProjectId, ct);
        _history = await Evaluations.ListAsync(ProjectId, ct);
        _selected = _detail?.Candidates.FirstOrDefault(c => c.CandidateId == Candidate) ?? _detail?.Candidates[Math.Min(1, _detail.Candidates.Count - 1)];
        _gate = _detail is { } detail && _selected is { } selected ? detail.GateOf(selected) : null;
        _view = new EvaluateView(Org, ProjectId)
        {
            Evaluation = Evaluation, Candidate = _selected?.CandidateId, Sort = Sort, Filter = Filter, Pair = Pair, Page = Math.Max(1, Page),
            Part = Part ?? (_selected?.Result?.Labels.Count > 0 ? EvaluateView.Labels : null),
        };
        await OpenRowsAsync(ct);
        await ProposeAsync(ct);
    }

    private static string LooksOf(Data.SealedWear wear) => wear.Fresh > 0 && wear.Fresh < wear.Rows ? $"{Show.Count(wear.Looks)}, {Show.Count(wear.Fresh)} rows fresh" : Show.Count(wear.Looks);

    /// <summary>A look is one opening of the page's rows: turning their pages is the same look.</summary>
    private async Task OpenRowsAsync(CancellationToken ct)
    {
        _rows = null;
        if (_view.Part is not EvaluateView.Rows || _detail is not { Evaluation: { State: EvaluationState.Succeeded, Id: var id } } || _selected is not { } selected || !Rows.IsAllowed)
        {
            return;
        }

        if (_opened != id)
        {
            await Rows.OpenAsync(ProjectId, id, ct);
            _opened = id;
            _setup = _setup with { Looks = (await Evaluations.ReadSetupAsync(ProjectId, ct)).Looks };
        }

        _rows = await Rows.ReadAsync(ProjectId, id, selected.CandidateId, _view.RowFilter, PairOf(selected)?.Numbers, _view.Page, ct);
    }

    /// <summary>Proposes anew whenever there is something new to pick from; what somebody has ticked stays otherwise.</summary>
    private async Task ProposeAsync(CancellationToken ct)
    {
        var offered = string.Join(' ', _setup.Options.Select(o => o.Candidate.Id));
        if (offered == _proposedFor)
        {
            return;
        }

        _proposedFor = offered;
        _baseline = _setup.BaselineId ?? (_setup.CandidateIds is [var first, ..] ? first : null);
        _candidates.Clear();
        _candidates.UnionWith(_setup.CandidateIds.Where(c => c != _baseline));
        (_quote, _obstacle) = await QuoteAsync(ct);
    }

    private async Task<(EvaluationQuote? Quote, string? Obstacle)> QuoteAsync(CancellationToken ct)
    {
        try
        {
            return (_baseline is { } baseline ? await Evaluations.QuoteAsync(_setup, [baseline, .. _candidates], ct) : null, null);
        }
        catch (PortalException expected)
        {
            // A model that is gone, or has no price: the reason stands beside the button instead of in the page's place.
            return (null, expected.Message);
        }
    }

    private Task SetBaselineAsync(string id)
    {
        _baseline = id;
        _candidates.Remove(id);
        return RequoteAsync();
    }

    private Task ToggleAsync(string id)
    {
        if (!_candidates.Remove(id))
        {
            _candidates.Add(id);
        }

        return RequoteAsync();
    }

    private Task RequoteAsync()
    {
        (_quote, _obstacle) = (null, null);
        return WorkOutAsync(QuoteAsync, found => (_quote, _obstacle) = found);
    }

    private Task StartAsync() => RunAsync(async ct =>
    {
        await Evaluations.StartAsync(ProjectId, _baseline ?? "", [.. _candidates], ct);
        (_confirmed, _proposedFor) = (false, "");
        if (Evaluation is null)
        {
            await RefreshAsync();
        }
        else
        {
            // The address names an earlier one; leaving it shows the newest.
            Navigation.NavigateTo(new EvaluateView(Org, ProjectId).Address);
        }
    });

    private Task CancelAsync() => RunAsync(async ct =>
    {
        await Evaluations.CancelAsync(ProjectId, _detail?.Evaluation.Id ?? "", ct);
        await RefreshAsync();
    });

    private ConfusionRows? PairOf(EvaluatedCandidate selected) =>
        _view.Pair is >= 0 and var place && place < selected.Result?.Confusions.Count ? selected.Result.Confusions[place] : null;

    private string NameOf(string? id) => _history.FirstOrDefault(h => h.Id == id) is { } line
        ? $"Evaluation {line.Number} · {Show.Ago(line.CreatedAt, Time.GetUtcNow().UtcDateTime)}{(line.State is EvaluationState.Succeeded ? "" : $" · {line.State.ToString().ToLowerInvariant()}")}"
        : "";
}
