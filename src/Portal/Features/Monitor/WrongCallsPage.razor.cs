using System.Globalization;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using Portal.Components;
using Portal.Features.Data;

namespace Portal.Features.Monitor;

/// <summary>Calls that went wrong, to be picked for the rows that the next version is made of.</summary>
public sealed partial class WrongCallsPage : PortalPage
{
    private readonly HashSet<string> _picked = new(StringComparer.Ordinal);
    private WrongCalls? _found;

    [Parameter]
    public string ProjectId { get; set; } = "";

    [SupplyParameterFromQuery(Name = "range")]
    private string? RangeKey { get; set; }

    [SupplyParameterFromQuery(Name = "reason")]
    private string? ReasonName { get; set; }

    [SupplyParameterFromQuery]
    private string? Deployment { get; set; }

    [SupplyParameterFromQuery]
    private int Page { get; set; }

    [Inject]
    private WrongCallService Wrongs { get; set; } = default!; // filled by the renderer

    private WrongScope Scope => new(MonitorRange.Named(RangeKey ?? "30d"), MonitorWords.ReasonNamed(ReasonName), Deployment, Math.Max(0, Page));

    private IReadOnlyList<string> Free => [.. _found?.Calls.Where(c => c.Taken is null).Select(c => c.ResponseId) ?? []];

    private string TakeWord => _picked.Count is 0 ? "Take for review" : $"Take {Show.Count(_picked.Count)} {(_picked.Count is 1 ? "call" : "calls")} for review";

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _found = await Wrongs.ListAsync(ProjectId, Scope, ct);
        _picked.IntersectWith(Free);
    }

    private void Pick(string responseId, bool isPicked)
    {
        _ = isPicked ? _picked.Add(responseId) : _picked.Remove(responseId);
    }

    private void PickAll()
    {
        var isAll = _picked.Count == Free.Count;
        _picked.Clear();
        _picked.UnionWith(isAll ? [] : Free);
    }

    private async Task TakeAsync()
    {
        var taken = 0;
        if (await RunAsync(async ct => taken = await Wrongs.TakeAsync(ProjectId, [.. _picked], ct)))
        {
            Snackbar.Add($"{Show.Count(taken)} {(taken is 1 ? "call waits" : "calls wait")} for somebody to say what is right.", Severity.Success);
            _picked.Clear();
            await RefreshAsync();
        }
    }

    private void Go(WrongScope scope) => Navigation.NavigateTo(HrefOf(scope with { Page = 0 }));

    private string HrefOf(WrongScope scope) => PortalUrls.WrongCalls(Org, ProjectId,
        ("range", scope.Range == MonitorRange.Named("30d") ? null : scope.Range.Key), ("reason", scope.Reason is WrongReasons.None ? null : scope.Reason.ToString().ToLowerInvariant()),
        ("deployment", scope.DeploymentId), ("page", scope.Page is 0 ? null : scope.Page.ToString(CultureInfo.InvariantCulture)));
}
