using System.Globalization;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using Portal.Components;
using Portal.Features.Connect;

namespace Portal.Features.Data;

/// <summary>Rows that a model writes: asked for by label or slice behind a price, then read and decided about one by one.</summary>
public sealed partial class AugmentPage : PortalPage
{
    private const int UsualRows = 50;

    private DataOverview? _data;
    private AugmentChoices? _choices;
    private AugmentOrder _order = new("", "", UsualRows);
    private AugmentQuote? _quote;
    private IReadOnlyList<AugmentationRow> _runs = [];
    private IReadOnlyList<string> _labels = [];
    private AugmentationRow? _open;
    private DraftPage _drafts = new([], 0);

    [Parameter]
    public string ProjectId { get; set; } = "";

    /// <summary>The run whose drafts are open.</summary>
    [SupplyParameterFromQuery(Name = "augmentation")]
    public string? Run { get; set; }

    [SupplyParameterFromQuery(Name = "state")]
    public string? StateName { get; set; }

    [SupplyParameterFromQuery]
    public int Page { get; set; }

    [Inject]
    private DatasetService Datasets { get; set; } = default!; // filled by the renderer

    [Inject]
    private AugmentService Augments { get; set; } = default!; // filled by the renderer

    [Inject]
    private SyntheticDraftService Drafts { get; set; } = default!; // filled by the renderer

    [Inject]
    private RowService Rows { get; set; } = default!; // filled by the renderer

    [Inject]
    private ConnectService Connect { get; set; } = default!; // filled by the renderer

    [Inject]
    private TimeProvider Time { get; set; } = default!; // filled by the renderer

    private DraftState State => Enum.TryParse<DraftState>(StateName, true, out var state) && Enum.IsDefined(state) ? state : DraftState.Open;

    private string? WhyNot => _runs.Any(r => r.Run.IsActive) ? "A model is writing rows already. Wait until it has ended, or stop it."
        : _choices?.Writers.Count is 0 ? "No model that answers has a price in the catalogue. Ask an admin of the platform."
        : IsWorkingOut ? "Finding out what so many rows cost…"
        : _quote is null ? "No price could be worked out for this. Choose another label or slice." : null;

    private string StartWord => _quote is { } quote ? $"Write {Show.Count(_order.Rows)} {(_order.Rows is 1 ? "row" : "rows")} · about {Show.Money(quote.Quote.LikelyMicros)}" : "Write rows";

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _data = await Datasets.OverviewAsync(ProjectId, ct);
        _runs = await Augments.ListAsync(ProjectId, ct);
        if (_choices is null)
        {
            _choices = await Augments.ChoicesAsync(ProjectId, null, ct);
            _labels = await Rows.LabelsAsync(ProjectId, ct);
            _order = FirstOrder(_choices);
            await PriceAsync(ct);
        }

        _open = Run is null ? null : await Augments.GetAsync(ProjectId, Run, ct);
        _drafts = _open is null ? new DraftPage([], 0) : await Drafts.ListAsync(ProjectId, _open.Run.Id, State, Page, ct);
    }

    /// <summary>The label with the fewest rows, by the cheapest base model.</summary>
    private static AugmentOrder FirstOrder(AugmentChoices choices) => new(
        choices.Version?.Id ?? "", choices.Writers.Where(w => !w.IsTuned).MinBy(w => w.OutputPricePerMillion)?.Id ?? "", UsualRows, choices.Labels is [var fewest, ..] ? fewest.Name : "");

    private Task AskAsync(AugmentOrder order)
    {
        _order = order with { Rows = Math.Clamp(order.Rows, 1, Augmentation.MostRows) };
        _quote = null;
        var asked = _order;
        return WorkOutAsync(ct => Augments.QuoteAsync(ProjectId, asked, ct), quote => _quote = quote);
    }

    private async Task ChooseVersionAsync(string versionId)
    {
        if (await RunAsync(async ct => _choices = await Augments.ChoicesAsync(ProjectId, versionId, ct)))
        {
            await AskAsync(_order with { VersionId = versionId, Label = _choices?.Labels.Any(l => l.Name == _order.Label) is true ? _order.Label : "", Slice = "" });
        }
    }

    private async Task PriceAsync(CancellationToken ct)
    {
        if (Augments.MayStart && _choices is { Version: not null, Writers.Count: > 0, AllRows: > 0 })
        {
            _quote = await Augments.QuoteAsync(ProjectId, _order, ct);
        }
    }

    private async Task StartAsync()
    {
        Augmentation? begun = null;
        if (await RunAsync(async ct => begun = await Augments.StartAsync(ProjectId, _order with { AgreedWorstMicros = _quote?.Quote.WorstMicros }, ct)) && begun is not null)
        {
            Navigation.NavigateTo(PortalUrls.Augment(Org, ProjectId, begun.Id));
        }
    }

    private async Task StopAsync()
    {
        if (_open is { } open && await RunAsync(ct => Augments.CancelAsync(ProjectId, open.Run.Id, ct), "It stops after the call that is under way."))
        {
            await RefreshAsync();
        }
    }

    private Task AcceptAsync(SyntheticDraft draft) => DecideAsync(ct => Drafts.AcceptAsync(ProjectId, draft.AugmentationId, draft.Id, ct));

    private Task RejectAsync(SyntheticDraft draft) => DecideAsync(ct => Drafts.RejectAsync(ProjectId, draft.AugmentationId, draft.Id, ct));

    private Task ReopenAsync(SyntheticDraft draft) => DecideAsync(ct => Drafts.ReopenAsync(ProjectId, draft.AugmentationId, draft.Id, ct));

    private Task<bool> EditAsync(SyntheticDraft draft, string input, string output) => DecideAsync(ct => Drafts.EditAsync(ProjectId, draft.AugmentationId, draft.Id, input, output, ct));

    private async Task AcceptAllAsync()
    {
        var (accepted, left) = (0, 0);
        if (_open is { } open && await RunAsync(async ct => (accepted, left) = await Drafts.AcceptManyAsync(ProjectId, open.Run.Id, null, ct)))
        {
            Snackbar.Add($"{Show.Count(accepted)} {(accepted is 1 ? "row" : "rows")} added.{(left is 0 ? "" : $" {Show.Count(left)} still wait: they are too like a row that there is.")}", Severity.Success);
            await RefreshAsync();
        }
    }

    private async Task<bool> DecideAsync(Func<CancellationToken, Task> act)
    {
        var went = await RunAsync(act);
        if (went)
        {
            await RefreshAsync();
            StateHasChanged();
        }

        return went;
    }

    private static IEnumerable<(DraftState State, string Words, int Count)> StatesOf(AugmentationRow row) =>
        [(DraftState.Open, "Waiting", row.Open), (DraftState.Accepted, "Accepted", row.Accepted), (DraftState.Rejected, "Rejected", row.Rejected)];

    private static IReadOnlyList<(string, string)> QuoteFacts(AugmentQuote quote) =>
    [
        ("Probably", Show.Money(quote.Quote.LikelyMicros)), ("At most", Show.Money(quote.Quote.WorstMicros)),
        ("Input tokens", $"about {Show.Count(quote.LikelyInputTokens)}, at most {Show.Count(quote.WorstInputTokens)}"), ("Output tokens", $"about {Show.Count(quote.LikelyOutputTokens)}, at most {Show.Count(quote.WorstOutputTokens)}"),
    ];

    private static string Words(IReadOnlyList<AugmentTarget> targets, string? name, string any) =>
        string.IsNullOrEmpty(name) ? any : $"{name} ({Show.Count(targets.FirstOrDefault(t => t.Name == name)?.Rows ?? 0)} training rows)";

    private string VersionWords(string? id) => _choices?.Versions.FirstOrDefault(v => v.Id == id) is { } version ? $"Version {version.Number} ({Show.Count(version.TrainCount)} training rows)" : "";

    private string WriterWords(string? id) => _choices?.Writers.FirstOrDefault(w => w.Id == id) is { } writer ? writer.Name + (writer.IsTuned ? " (tuned here)" : "") : "";

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
