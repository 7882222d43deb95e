using Microsoft.AspNetCore.Components;
using MudBlazor;
using Portal.Components;

namespace Portal.Features.Data;

/// <summary>Calls that went wrong: somebody says what would have been right, and what is settled becomes rows.</summary>
public sealed partial class TrafficDraftsPage : PortalPage
{
    private DataOverview? _data;
    private TrafficPage _page = new([], 0, new TrafficCounts(0, 0, 0, 0), []);

    [Parameter]
    public string ProjectId { get; set; } = "";

    [SupplyParameterFromQuery(Name = "state")]
    public string? StateName { get; set; }

    [SupplyParameterFromQuery]
    public int Page { get; set; }

    [Inject]
    private DatasetService Datasets { get; set; } = default!; // filled by the renderer

    [Inject]
    private TrafficDraftService Traffic { get; set; } = default!; // filled by the renderer

    private TrafficState State => Enum.TryParse<TrafficState>(StateName, true, out var state) && Enum.IsDefined(state) ? state : TrafficState.Open;

    private IEnumerable<(TrafficState State, string Words, int Count)> States =>
        [(TrafficState.Open, "Waiting", _page.Counts.Open), (TrafficState.Settled, "Settled", _page.Counts.Settled), (TrafficState.Added, "Rows", _page.Counts.Added), (TrafficState.Rejected, "Rejected", _page.Counts.Rejected)];

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _data = await Datasets.OverviewAsync(ProjectId, ct);
        _page = await Traffic.ListAsync(ProjectId, State, Page, ct);
    }

    private Task<bool> SettleAsync(TrafficDraft draft, string output) => DecideAsync(ct => Traffic.SettleAsync(ProjectId, draft.Id, output, ct));

    private Task RejectAsync(TrafficDraft draft) => DecideAsync(ct => Traffic.RejectAsync(ProjectId, draft.Id, ct));

    private Task ReopenAsync(TrafficDraft draft) => DecideAsync(ct => Traffic.ReopenAsync(ProjectId, draft.Id, ct));

    private async Task AddAsync()
    {
        TrafficAdded? added = null;
        if (await DecideAsync(async ct => added = await Traffic.AddSettledAsync(ProjectId, ct)) && added is not null)
        {
            Snackbar.Add($"{Show.Count(added.Rows)} {(added.Rows is 1 ? "row" : "rows")} added.{(added.TooAlike is 0 ? "" : $" {Show.Count(added.TooAlike)} too like a row that there is: rejected.")}", Severity.Success);
            if (added.Left > 0)
            {
                Snackbar.Add($"{Show.Count(added.Left)} could not be added: {added.Why}", Severity.Warning, options => options.RequireInteraction = true);
            }
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
}
