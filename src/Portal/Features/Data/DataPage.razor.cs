using System.Globalization;
using Microsoft.AspNetCore.Components;
using Portal.Components;

namespace Portal.Features.Data;

public sealed partial class DataPage
{
    private DataOverview? _data;
    private DatasetImport? _mapped;
    private ImportPreview? _preview;
    private string _previewProblem = "";
    private Finding? _finding;
    private IReadOnlyList<FindingSample> _samples = [];
    private IReadOnlyList<DecisionEntry> _history = [];
    private DatasetVersion? _opened;
    private VersionRowPage _versionRows = new([], 0);
    private SealedWear _looks = SealedWear.None;
    private IReadOnlyList<OpenUpload> _broken = [];

    [Parameter]
    public string ProjectId { get; set; } = "";

    [SupplyParameterFromQuery]
    public string? Tab { get; set; }

    /// <summary>The upload whose columns are chosen.</summary>
    [SupplyParameterFromQuery]
    public string? File { get; set; }

    [SupplyParameterFromQuery]
    public bool Repeat { get; set; }

    [SupplyParameterFromQuery]
    public string? Finding { get; set; }

    [SupplyParameterFromQuery]
    public string? Q { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    public int? PageFromOne { get; set; }

    [SupplyParameterFromQuery]
    public string? Version { get; set; }

    [SupplyParameterFromQuery(Name = "split")]
    public string? SplitName { get; set; }

    [Inject]
    private DatasetService Datasets { get; set; } = default!; // filled by the renderer

    [Inject]
    private UploadService Uploads { get; set; } = default!; // filled by the renderer

    [Inject]
    private FindingService Findings { get; set; } = default!; // filled by the renderer

    [Inject]
    private VersionService Versions { get; set; } = default!; // filled by the renderer

    [Inject]
    private ExampleService Examples { get; set; } = default!; // filled by the renderer

    /// <summary>Without a tab in the address: where the work is.</summary>
    private string Current => Tab is "upload" or "findings" or "versions" ? Tab : _data switch
    {
        { IsFrozen: true } => "versions",
        { Working: not null, UnderWay: null } when _mapped is null => "findings",
        _ => "upload",
    };

    private int Number => Math.Max(0, (PageFromOne ?? 1) - 1);

    private Split ShownSplit => Enum.TryParse<Split>(SplitName, ignoreCase: true, out var split) && Enum.IsDefined(split) ? split : Split.Train;

    private bool IsMapping => Current is "upload" && _mapped is not null;

    private string WhyNotImport => !Datasets.MayChange ? "Your role lets you look, not import"
        : _data?.UnderWay is not null ? "Another import is under way"
        : IsWorkingOut ? "Reading the file this way"
        : "";

    private string WhyNotFreeze => !Datasets.MayChange ? "Your role lets you look, not freeze" : _data?.FreezeObstacle ?? "";

    private List<(string, string)> Facts
    {
        get
        {
            List<(string, string)> facts = [];
            if (_data?.Working is { } working)
            {
                facts.Add(("Examples", Show.Count(working.AcceptedCount)));
                facts.Add(("Set aside", Show.Count(working.SetAsideCount)));
                facts.Add((_data.Kind is Define.TaskKind.Classify ? "Labels" : "Different outputs", Show.Count(working.LabelCount)));
            }

            if (_data?.Latest is { } latest)
            {
                facts.Add(("Latest version", $"v{latest.Number} · {Show.Count(latest.TrainCount)} / {Show.Count(latest.ValidationCount)} / {Show.Count(latest.TestCount)}"));
            }

            return facts;
        }
    }

    protected override async Task LoadAsync(CancellationToken ct)
    {
        if (Tab is "rows")
        {
            // Where they were before they had a page.
            Navigation.NavigateTo(PortalUrls.Rows(Org, ProjectId, ("q", Q), ("finding", Finding)), replace: true);
            return;
        }

        _data = await Datasets.OverviewAsync(ProjectId, ct);
        await LoadMappingAsync(ct);
        switch (Current)
        {
            case "findings":
                await LoadFindingsAsync(_data, ct);
                break;
            case "versions":
                await LoadVersionAsync(ct);
                break;
            case "upload" when Datasets.MayChange:
                _broken = await Uploads.ListAsync(ProjectId, ct);
                break;
        }
    }

    private async Task LoadFindingsAsync(DataOverview data, CancellationToken ct)
    {
        _finding = data.Findings.FirstOrDefault(f => f.Id == Finding);
        _samples = _finding is null ? [] : await Findings.SamplesAsync(_finding.Id, 0, ct);
        _history = data.Working is null ? [] : await Findings.HistoryAsync(data.Working.Id, null, ct);
    }

    private async Task LoadMappingAsync(CancellationToken ct)
    {
        // Unless somebody asks for another one: the newest file that waits for its columns.
        var mapped = _data?.Imports.FirstOrDefault(i => File is null
            ? i.State is ImportState.Uploaded or ImportState.Failed && i == _data.Imports[0]
            : i.Id == File && !i.IsUnderWay);
        if (mapped?.Id != _mapped?.Id)
        {
            _mapped = mapped;
            _preview = null;
        }

        if (mapped is not null && _preview is null)
        {
            (_preview, _previewProblem) = await ReadPreviewAsync(mapped, null, null, ct);
        }
    }

    private async Task LoadVersionAsync(CancellationToken ct)
    {
        _opened = Version is null ? null : await Examples.GetVersionAsync(Version, ct);
        if (_opened is not null && _opened.ProjectId != ProjectId)
        {
            throw new NotFoundException("version");
        }

        if (_opened is not null)
        {
            _versionRows = Versions.MayRead ? await Versions.RowsAsync(_opened.Id, ShownSplit, Q ?? "", Number, ct) : _versionRows;
            _looks = await Examples.CountLooksAsync(_opened.Id, ct);
        }
    }

    private async Task<(ImportPreview Preview, string Problem)> ReadPreviewAsync(DatasetImport import, SourceLayout? layout, ColumnMapping? mapping, CancellationToken ct)
    {
        try
        {
            return (await Datasets.PreviewAsync(import.Id, layout, ct, mapping), "");
        }
        catch (PortalException unreadable) when (unreadable is not NotFoundException)
        {
            // The way out is another delimiter or encoding, so the choices stay on the screen.
            return (new ImportPreview(layout ?? import.Layout, [], [], mapping ?? new ColumnMapping("", "")), unreadable.Message);
        }
    }

    private async Task PreviewAsync((SourceLayout Layout, ColumnMapping? Mapping) asked)
    {
        if (_mapped is { } mapped && _preview is { } before)
        {
            // The next change adds to this one, even while the file is being read.
            _preview = before with { Layout = asked.Layout, Mapping = asked.Mapping ?? before.Mapping };
            await WorkOutAsync(
                ct => ReadPreviewAsync(mapped, asked.Layout, asked.Mapping, ct),
                found => (_preview, _previewProblem) = mapped.Id == _mapped?.Id ? found : (_preview, _previewProblem));
        }
    }

    private async Task ImportAsync(ColumnMapping mapping)
    {
        if (_mapped is { } mapped && _preview is { } preview
            && await RunAsync(ct => Datasets.StartImportAsync(mapped.Id, preview.Layout, mapping, ct)))
        {
            _mapped = null;
            Navigation.NavigateTo(PortalUrls.Step(Org, ProjectId, "data"));
            await RefreshAsync();
        }
    }

    private async Task FreezeAsync((string Note, SplitMethod Method) how)
    {
        if (await RunAsync(ct => Versions.FreezeAsync(ProjectId, how.Note, how.Method, ct)))
        {
            await RefreshAsync();
        }
    }

    private async Task DecideAsync((string FindingId, FindingDecision? Decision) decided)
    {
        if (await RunAsync(ct => Findings.DecideAsync(decided.FindingId, decided.Decision, ct)))
        {
            await RefreshAsync();
        }
    }

    private async Task DecideRowAsync((int Number, FindingDecision? Decision) decided)
    {
        if (_data?.Working is { } working && await RunAsync(ct => Findings.DecideRowAsync(working.Id, decided.Number, decided.Decision, ct)))
        {
            await RefreshAsync();
        }
    }

    private Task RestoreAsync() => RunAsync(async ct =>
        _versionRows = await Versions.RestoredRowsAsync(_opened?.Id ?? "", ShownSplit, Q ?? "", Number, ct));

    private void Uploaded(UploadReceipt receipt) =>
        Navigation.NavigateTo(PortalUrls.Data(Org, ProjectId, "upload", ("file", receipt.ImportId), ("repeat", receipt.IsRepeat ? "true" : null)));

    private async Task DiscardAsync(OpenUpload broken)
    {
        if (await RunAsync(ct => Uploads.DiscardAsync(ProjectId, broken.UploadId, ct)))
        {
            await RefreshAsync();
        }
    }

    private static string? PageText(int page) => page is 0 ? null : (page + 1).ToString(CultureInfo.InvariantCulture);
}
