using Microsoft.AspNetCore.Components;
using Portal.Components;
using Portal.Features.Billing;

namespace Portal.Features.Tune;

/// <summary>Settings with their price, then the job as it runs, then what it gave. Everything goes on without this page.</summary>
public sealed partial class TunePage : PortalPage
{
    private TuningPlan? _plan;
    private TuningJob? _job;
    private TuningCurves _curves = new(new Dictionary<CurveKind, IReadOnlyList<CurvePoint>>());
    private IReadOnlyList<Checkpoint> _checkpoints = [];
    private IReadOnlyList<TuningRow> _history = [];
    private long _charged;
    private TuningQuote? _quote;
    private string _quoteProblem = "";
    private int? _epochs;
    private double? _multiplier;
    private int? _adapterSize;
    private bool _tuneAnyway;
    private bool _again;
    private bool _wantsQuote;

    [Parameter]
    public string ProjectId { get; set; } = "";

    /// <summary>The settings are open, as the last tuning had them.</summary>
    [SupplyParameterFromQuery]
    private bool Again { get; set; }

    [Inject]
    private TuningService Tuning { get; set; } = default!; // filled by the renderer

    [Inject]
    private BillingService Billing { get; set; } = default!; // filled by the renderer

    private bool IsOpen => _job is { IsEnded: false };

    private bool ShowsSettings => !IsOpen && (_again || _job?.State is not TuningJobState.Succeeded);

    private Hyperparameters Settings => new(_epochs, _multiplier, _adapterSize ?? _plan?.Model?.DefaultAdapterSize ?? 0);

    private string WhyNot => _plan switch
    {
        { Blockers: { Count: > 0 } blockers } => string.Join(" ", blockers),
        { IsUnnecessary: true } when !_tuneAnyway => "Tuning is not needed: your prompt is proven good enough.",
        _ when !Tuning.MayStart => "Your role lets you watch tuning, not start it. Ask an owner, admin or editor.",
        _ when _quote is null && _quoteProblem is "" => IsWorkingOut || _wantsQuote ? "Counting the tokens of your rows…" : "The price could not be found out. Load the page again.",
        _ => _quoteProblem,
    };

    protected override async Task LoadAsync(CancellationToken ct)
    {
        var wasOpen = IsOpen;
        _job = await Tuning.FindLatestAsync(ProjectId, ct);
        if (_plan is null || wasOpen != IsOpen)
        {
            var isFirst = _plan is null;
            _plan = await Tuning.PlanAsync(ProjectId, ct);
            await ProposeAsync(_plan, isFirst, ct);
            _history = await Tuning.HistoryAsync(ProjectId, ct);
            _wantsQuote = true;
        }

        if (_job is { } job)
        {
            _curves = await Tuning.CurvesAsync(job.Id, ct);
            _checkpoints = await Tuning.CheckpointsAsync(job.Id, ct);
            _charged = await Billing.ChargedForAsync(job.Id, ct);
        }
    }

    /// <summary>The settings of the last tuning where it is to be done again; of the playbook that the project began with, as far as nothing was tuned yet.</summary>
    private async Task ProposeAsync(TuningPlan plan, bool isFirst, CancellationToken ct)
    {
        var proposed = !isFirst ? null : Again ? await Tuning.LastSettingsAsync(plan, ct) : _job is null ? await Tuning.StartedWithAsync(ProjectId, ct) : null;
        if (proposed is not null)
        {
            (_epochs, _multiplier, _adapterSize) = (proposed.Epochs, proposed.LearningRateMultiplier, proposed.AdapterSize);
        }

        _again |= isFirst && Again;
    }

    /// <summary>Counting asks Google and may take seconds, so the page is shown first.</summary>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_wantsQuote && Face is PageFace.Content)
        {
            _wantsQuote = false;
            await WorkOutAsync(QuoteAsync, found => (_quote, _quoteProblem) = found);
        }
    }

    private void Change(Action change)
    {
        change();
        (_quote, _quoteProblem, _wantsQuote) = (null, "", true);
    }

    private async Task<(TuningQuote? Quote, string Problem)> QuoteAsync(CancellationToken ct)
    {
        if (_plan is not { Blockers.Count: 0 } plan || !ShowsSettings)
        {
            return (null, "");
        }

        try
        {
            return (await Tuning.QuoteAsync(plan, Settings, ct), "");
        }
        catch (PortalException expected)
        {
            // Stands beside the settings it is about, where a message that fades would not help.
            return (null, expected.Message);
        }
    }

    private Task StartAsync() => RunAsync(async ct =>
    {
        _job = await Tuning.StartAsync(ProjectId, new TuningSettings(Settings, _tuneAnyway, _quote?.Price.WorstMicros), ct);
        (_again, _tuneAnyway) = (false, false);
        _history = await Tuning.HistoryAsync(ProjectId, ct);
        _curves = await Tuning.CurvesAsync(_job.Id, ct);
        _checkpoints = await Tuning.CheckpointsAsync(_job.Id, ct);
        _charged = 0;
    });

    private Task CancelAsync() => RunAsync(async ct =>
    {
        if (_job is { } job)
        {
            await Tuning.CancelAsync(job.Id, ct);
            await LoadAsync(ct);
        }
    });

    private Task RegisterAsync(Checkpoint checkpoint) => RunAsync(
        async ct =>
        {
            await Tuning.RegisterCheckpointAsync(checkpoint.Id, ct);
            await LoadAsync(ct);
        },
        $"Checkpoint {checkpoint.VendorId} can be evaluated now.");
}
