using System.Globalization;
using Microsoft.AspNetCore.Components;
using Portal.Components;

namespace Portal.Features.Data;

public sealed partial class LineagePage : PortalPage
{
    private ProjectLineage? _lineage;
    private RowLineage? _row;
    private (VersionLine Line, VersionUse Use)? _model;
    private string _fileId = "";
    private int _number = 1;

    [Parameter]
    public string ProjectId { get; set; } = "";

    /// <summary>With a row: the file whose row is traced.</summary>
    [SupplyParameterFromQuery]
    public string? File { get; set; }

    [SupplyParameterFromQuery(Name = "row")]
    public int? RowNumber { get; set; }

    /// <summary>Only this version.</summary>
    [SupplyParameterFromQuery]
    public string? Version { get; set; }

    /// <summary>Only what this model came from.</summary>
    [SupplyParameterFromQuery]
    public string? Model { get; set; }

    [Inject]
    private LineageService Lineage { get; set; } = default!; // filled by the renderer

    private IEnumerable<VersionLine> Shown => _row is not null ? [] : _lineage?.Versions.Where(v =>
        (Version is null || v.Version.Id == Version) && (Model is null || v.Uses.Any(u => u.Id == Model))) ?? [];

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _lineage = await Lineage.ReadAsync(ProjectId, ct);
        _row = File is { } file && RowNumber is { } number ? await Lineage.RowAsync(_lineage, file, number, ct) : null;
        _model = null;
        if (Model is not null)
        {
            var line = _lineage.Versions.FirstOrDefault(v => v.Uses.Any(u => u.Id == Model)) ?? throw new NotFoundException("model");
            _model = (line, line.Uses.First(u => u.Id == Model));
        }

        (_fileId, _number) = (File ?? (_fileId is "" ? _lineage.Files is [var newest, ..] ? newest.Id : "" : _fileId), RowNumber ?? _number);
    }

    private void FindRow() => Navigation.NavigateTo(PortalUrls.Lineage(Org, ProjectId, ("file", _fileId), ("row", _number.ToString(CultureInfo.InvariantCulture))));

    private static List<(string, string)> ModelFacts((VersionLine Line, VersionUse Use) model) =>
    [
        ("Made", model.Use.At.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC"),
        ("Version", $"Version {model.Line.Version.Number}"),
        ("Learnt", $"{Show.Count(model.Line.Version.TrainCount)} training rows"),
        ("Chosen by", $"{Show.Count(model.Line.Version.ValidationCount)} validation rows"),
        ("File", model.Line.File?.FileName ?? "none"),
    ];
}
