using System.Globalization;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using Portal.Components;

namespace Portal.Features.Data;

public sealed partial class RowsPage
{
    private DataOverview? _data;
    private RowPage _page = new([], 0, new RowCounts(0, 0, 0, 0, 0), false, false);
    private RowFacets? _facets;
    private IReadOnlyList<string> _labels = [];
    private Finding? _finding;
    private RowDetail? _row;
    private bool _isConflict;

    [Parameter]
    public string ProjectId { get; set; } = "";

    [SupplyParameterFromQuery(Name = "sort")]
    public string? SortName { get; set; }

    [SupplyParameterFromQuery]
    public int? After { get; set; }

    [SupplyParameterFromQuery]
    public int? Before { get; set; }

    /// <summary>The row that is open.</summary>
    [SupplyParameterFromQuery]
    public int? Row { get; set; }

    [SupplyParameterFromQuery]
    public bool Add { get; set; }

    [Inject]
    private DatasetService Datasets { get; set; } = default!; // filled by the renderer

    [Inject]
    private RowService Rows { get; set; } = default!; // filled by the renderer

    [Inject]
    private RowEditService Edits { get; set; } = default!; // filled by the renderer

    [Inject]
    private FindingService Findings { get; set; } = default!; // filled by the renderer

    private bool IsAdding => Add && Rows.MayChange;

    private RowQuery Query => RowQuery.Parse(Q, _finding?.Id, Label, Slice, SplitName, StatusName) with
    {
        Sort = Enum.TryParse<RowSort>(SortName, true, out var sort) && Enum.IsDefined(sort) ? sort : RowSort.Number, After = After, Before = Before,
    };

    private string EmptyText => Query.Status is RowStatus.Quarantined && !(Query with { Status = RowStatus.Any }).IsFiltered
        ? "Nothing waits in quarantine. Rows come here by a rule or a decision, and leave when somebody releases or drops them."
        : "Nothing matches what you look for. Take part of it away.";

    private string PageWords
    {
        get
        {
            var shown = _page.Rows.Count is 0 ? "" : $"{(_page.Rows.Count is 1 ? "1 row" : $"{_page.Rows.Count} rows")}";
            var of = Query.Search.Trim() is not "" ? "" : _page.Total is { } total ? $" of {Show.Count(total)}" : $" of more than {Show.Count(RowService.CountedUpTo)}";
            var @sealed = _page.Counts.Sealed is 0 ? "" : $" · {(_page.Counts.Sealed is 1 ? "1 row is" : $"{Show.Count(_page.Counts.Sealed)} rows are")} sealed in a version and not shown";
            return $"{shown}{(shown is "" ? "" : of)}{@sealed}".TrimStart(' ', '·');
        }
    }

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _data = await Datasets.OverviewAsync(ProjectId, ct);
        _finding = _data.Findings.FirstOrDefault(f => f.Id == Finding);
        _page = await Rows.ListAsync(ProjectId, Query, ct);
        _facets ??= await Rows.FacetsAsync(ProjectId, ct);
        _labels = Row is null && !IsAdding ? [] : await Rows.LabelsAsync(ProjectId, ct);
        if (Row is not { } row)
        {
            (_row, _isConflict) = (null, false);
        }
        else if (_row?.Number != row || !_isConflict)
        {
            // While two versions stand beside each other, what is typed is measured against the one that was shown.
            (_row, _isConflict) = (await Rows.GetAsync(ProjectId, row, ct), false);
        }
    }

    /// <summary>This address with other parts; what only made sense with the old ones goes.</summary>
    private string HrefOf(params IEnumerable<(string Name, string? Value)> others)
    {
        Dictionary<string, string?> parts = new()
        {
            ["q"] = Q, ["finding"] = Finding, ["label"] = Label, ["slice"] = Slice, ["split"] = SplitName, ["status"] = StatusName, ["sort"] = SortName,
            ["after"] = NumberText(After), ["before"] = NumberText(Before), ["row"] = NumberText(Row), ["add"] = Add ? "true" : null,
        };
        foreach (var (name, value) in others)
        {
            parts[name] = value;
        }

        return PortalUrls.Rows(Org, ProjectId, parts.Select(p => (p.Key, p.Value)));
    }

    private static string? NumberText(int? number) => number?.ToString(CultureInfo.InvariantCulture);

    private async Task SaveAsync(RowDraft draft)
    {
        if (_row is { } row)
        {
            await TakeAsync(ct => Edits.EditAsync(ProjectId, row.Number, row.Revision, draft, ct), draft.Releases ? "Saved and released." : "Saved.");
        }
    }

    private async Task RestoreAsync(int step)
    {
        if (_row is { } row)
        {
            await TakeAsync(ct => Edits.RestoreAsync(ProjectId, row.Number, row.Revision, step, ct), "Put back.");
        }
    }

    private async Task TakeAsync(Func<CancellationToken, Task<RowSaved>> act, string done)
    {
        RowSaved? saved = null;
        if (!await RunAsync(async ct => saved = await act(ct)) || saved is null)
        {
            return;
        }

        (_row, _isConflict) = (saved.Row, !saved.IsSaved);
        if (saved is { IsSaved: true, Row: null })
        {
            Snackbar.Add($"Row {Show.Count(saved.Number)} is nearly a row that a version has sealed. It goes with that one from now on, and is not shown any more.", Severity.Info);
            Navigation.NavigateTo(HrefOf(("row", null)));
        }
        else if (saved.IsSaved)
        {
            Snackbar.Add(saved.Row?.Findings.Any(f => f.IsOpen) is true ? $"{done} A finding about it needs a decision." : done, Severity.Success);
            await RefreshAsync();
        }
    }

    private async Task DecideAsync(FindingDecision? decision)
    {
        if (_row is { } row && _data?.Working is { } working && await RunAsync(ct => Findings.DecideRowAsync(working.Id, row.Number, decision, ct), "Done; it stands in the row's decisions."))
        {
            await RefreshAsync();
        }
    }

    private async Task AddAsync(RowDraft draft)
    {
        RowSaved? saved = null;
        if (await RunAsync(async ct => saved = await Edits.AddAsync(ProjectId, draft, ct), "Added.") && saved is not null)
        {
            Navigation.NavigateTo(HrefOf(("add", null), ("row", saved.Row is null ? null : NumberText(saved.Number))));
        }
    }
}
