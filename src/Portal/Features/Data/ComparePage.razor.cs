using System.Globalization;
using Microsoft.AspNetCore.Components;
using Portal.Components;

namespace Portal.Features.Data;

public sealed partial class ComparePage : PortalPage
{
    private const int ShownLabels = 100;

    private string _projectName = "";
    private IReadOnlyList<DatasetVersion> _versions = [];
    private ComparedVersions? _compared;

    [Parameter]
    public string ProjectId { get; set; } = "";

    /// <summary>The version before; without one, the last but one.</summary>
    [SupplyParameterFromQuery]
    public string? From { get; set; }

    [SupplyParameterFromQuery]
    public string? To { get; set; }

    [SupplyParameterFromQuery(Name = "rows")]
    public string? ChangeName { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    public int? PageFromOne { get; set; }

    [Inject]
    private DatasetService Datasets { get; set; } = default!; // filled by the renderer

    [Inject]
    private VersionComparison Comparison { get; set; } = default!; // filled by the renderer

    private RowChange Change => Enum.TryParse<RowChange>(ChangeName, ignoreCase: true, out var change) && Enum.IsDefined(change) ? change : RowChange.Changed;

    private int Number => Math.Max(0, (PageFromOne ?? 1) - 1);

    protected override async Task LoadAsync(CancellationToken ct)
    {
        var data = await Datasets.OverviewAsync(ProjectId, ct);
        _projectName = data.ProjectName;
        _versions = [.. data.Versions.Where(v => v.State is VersionState.Frozen)];
        var asked = (From ?? (_versions.Count > 1 ? _versions[1].Id : null), To ?? (_versions.Count > 0 ? _versions[0].Id : null));
        _compared = asked is ({ } from, { } to) ? await Comparison.ReadAsync(ProjectId, from, to, Change, Number, ct) : null;
    }

    private void Go(string fromId, string toId) => Navigation.NavigateTo(PortalUrls.Compare(Org, ProjectId, fromId, toId));

    private string Href(RowChange change, int page) => PortalUrls.Compare(Org, ProjectId, _compared?.Before.Id, _compared?.After.Id,
        change is RowChange.Changed ? null : change.ToString().ToLowerInvariant(), page is 0 ? null : (page + 1).ToString(CultureInfo.InvariantCulture));

    private static string NameOf(RowChange change) => change switch
    {
        RowChange.Added => "Added",
        RowChange.Removed => "Removed",
        RowChange.Moved => "Moved to another split",
        _ => "Changed",
    };

    private static string PairingWords(RowPairing pairing) => pairing switch
    {
        RowPairing.Number => "Both come from one file, so rows are paired by their number in it.",
        RowPairing.SourceId => "Rows are paired by their id.",
        _ => "Rows are paired by their input, since the files name no id: a row whose input changed counts as one removed and one added.",
    };

    private static string Said(string value) => value is "" ? "none" : value;

    private static string Signed(int difference) => difference > 0 ? $"+{Show.Count(difference)}" : Show.Count(difference);
}
