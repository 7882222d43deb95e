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
    public int Looks { get; set; }

    [Parameter]
    public Split Split { get; set; }

    [Parameter]
    public string? Search { get; set; }

    [Parameter]
    public int Page { get; set; }

    [Parameter, EditorRequired]
    public Func<string, Split?, string?, int, string> HrefOf { get; set; } = default!; // required by the compiler at every use

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

    private static List<(string, string)> FactsOf(DatasetVersion version) =>
    [
        ("Rows", Show.Count(version.Count)),
        ("Frozen", version.FrozenAt.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC"),
        ("Near-duplicates kept together", Show.Count(version.KeptTogetherCount)),
        ("Content, SHA-256", version.ContentHash),
    ];
}
