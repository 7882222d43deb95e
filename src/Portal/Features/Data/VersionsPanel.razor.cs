using System.Globalization;
using Microsoft.AspNetCore.Components;
using Portal.Components;

namespace Portal.Features.Data;

public sealed partial class VersionsPanel
{
    [Parameter, EditorRequired]
    public IReadOnlyList<DatasetVersion> Versions { get; set; } = [];

    [Parameter]
    public DatasetVersion? Opened { get; set; }

    [Parameter]
    public VersionRowPage Rows { get; set; } = new([], 0);

    [Parameter]
    public bool MayRead { get; set; }

    [Parameter]
    public SealedWear Looks { get; set; } = SealedWear.None;

    [Parameter]
    public Split Split { get; set; }

    [Parameter]
    public string? Search { get; set; }

    [Parameter]
    public int Page { get; set; }

    [Parameter, EditorRequired]
    public Func<string, Split?, string?, int, string> HrefOf { get; set; } = default!; // required by the compiler at every use

    [Parameter, EditorRequired]
    public Func<string, string, string> CompareHref { get; set; } = default!; // required by the compiler at every use

    [Parameter, EditorRequired]
    public Func<string, string> LineageHref { get; set; } = default!; // required by the compiler at every use

    /// <summary>Where a row of a file is traced.</summary>
    [Parameter, EditorRequired]
    public Func<string, int, string> RowHref { get; set; } = default!; // required by the compiler at every use

    /// <summary>Where rows are downloaded; null for somebody who may not.</summary>
    [Parameter]
    public Func<string, string, DownloadShape, string>? DownloadHrefOf { get; set; }

    /// <summary>Puts the values back on the screen; without it nobody is offered to.</summary>
    [Parameter]
    public EventCallback OnRestore { get; set; }

    [Parameter]
    public bool Busy { get; set; }

    [Parameter]
    public Func<string, string>? MediaHrefOf { get; set; }

    [Inject]
    private NavigationManager Navigation { get; set; } = default!; // filled by the renderer

    private static string NameOf(Split split) => split switch
    {
        Split.Train => "Training",
        Split.Validation => "Validation",
        _ => "Test, sealed",
    };

    private static int CountOf(DatasetVersion version, Split split) => split switch
    {
        Split.Train => version.TrainCount,
        Split.Validation => version.ValidationCount,
        _ => version.TestCount,
    };

    /// <summary>Rows that have files: those of the split that is shown, and all that may be downloaded.</summary>
    private IEnumerable<(string Splits, string Rows, int Files)> ZipsOf(DatasetVersion version) => new[]
    {
        (SplitMethods.Word(Split), $"{Show.Count(CountOf(version, Split))} {SplitMethods.Word(Split)}", Rows.Files),
        (DownloadedSplits.Both, $"{Show.Count(version.TrainCount + version.ValidationCount)} training and validation", Rows.AllFiles),
    }.Where(z => z.Item3 > 0);

    private static List<(string, string)> FactsOf(DatasetVersion version) =>
    [
        ("Rows", Show.Count(version.Count)),
        ("Frozen", version.FrozenAt.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC"),
        ("Split", char.ToUpperInvariant(SplitMethods.Words(version.SplitMethod)[0]) + SplitMethods.Words(version.SplitMethod)[1..]),
        ("Near-duplicates and groups kept together", Show.Count(version.KeptTogetherCount)),
        .. version.SyntheticCount > 0 ? [("Synthetic", $"{Show.Count(version.SyntheticCount)} of {Show.Count(version.Count)} rows, all in training")] : Array.Empty<(string, string)>(),
        .. version.TrafficCount > 0 ? [("From traffic", $"{Show.Count(version.TrafficCount)} of {Show.Count(version.Count)} rows, {Show.Count(version.SealedTrafficCount)} of them sealed")] : Array.Empty<(string, string)>(),
        .. version.LeftOutCount > 0 ? [("Synthetic, left out", $"{Show.Count(version.LeftOutCount)}: too near to rows that are kept aside, or made from one")] : Array.Empty<(string, string)>(),
        .. version.StaySealedCount > 0 ? [("Sealed before, sealed again", Show.Count(version.StaySealedCount))] : Array.Empty<(string, string)>(),
        .. version.UnsealedCount > 0 ? [("Sealed before, no longer", $"{Show.Count(version.UnsealedCount)}: scores of its models on earlier versions prove nothing")] : Array.Empty<(string, string)>(),
        .. version.CrossingCount > 0 ? [("Nearly the same in two splits", $"{Show.Count(version.CrossingCount)}, as the file gave them: scores look better than they are")] : Array.Empty<(string, string)>(),
        .. version.ErasedCount > 0 ? [("Erased since", $"{Show.Count(version.ErasedCount)} rows. The counts are of what is left, the hashes of what was frozen")] : Array.Empty<(string, string)>(),
        ("Content, SHA-256", version.ContentHash),
    ];
}
