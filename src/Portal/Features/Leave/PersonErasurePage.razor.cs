using System.Globalization;
using Microsoft.AspNetCore.Components;
using Portal.Components;

namespace Portal.Features.Leave;

public sealed partial class PersonErasurePage : PortalPage
{
    private IReadOnlyList<PersonErasure> _all = [];
    private PersonErasureView? _view;
    private string _value = "";
    private PersonMatchMode _mode;
    private bool _asking;

    /// <summary>The search or erasure that is open.</summary>
    [SupplyParameterFromQuery]
    public string? PersonErasure { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    public int? PageFromOne { get; set; }

    [Inject]
    private PersonErasureService Erasures { get; set; } = default!; // filled by the renderer

    private int Number => Math.Max(0, (PageFromOne ?? 1) - 1);

    private PersonErasure? Open => _all.FirstOrDefault(e => e.IsOpen);

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _view = null;
        if (!Erasures.IsAllowed)
        {
            return;
        }

        _view = PersonErasure is { } id ? await Erasures.ReadAsync(id, Number, ct) : null;
        _all = await Erasures.ListAsync(ct);
    }

    private async Task SearchAsync()
    {
        var begun = "";
        if (await RunAsync(async ct => begun = await Erasures.SearchAsync(_value, _mode, ct)))
        {
            _value = "";
            Navigation.NavigateTo(PortalUrls.EraseRows(Org, begun));
        }
    }

    private Task KeepAsync(FoundRow row) => ActAsync(ct => Erasures.KeepAsync(PersonErasure ?? "", row.ImportId, row.Number, ct));

    private Task ConfirmAsync()
    {
        _asking = false;
        return ActAsync(ct => Erasures.ConfirmAsync(PersonErasure ?? "", ct));
    }

    private Task CancelAsync() => ActAsync(ct => Erasures.CancelAsync(PersonErasure ?? "", ct));

    private async Task ActAsync(Func<CancellationToken, Task> act)
    {
        if (await RunAsync(act))
        {
            await RefreshAsync();
        }
    }

    private static string NameOf(PersonErasureState state) => state switch
    {
        PersonErasureState.Searching => "Searching",
        PersonErasureState.Found => "Waits for your yes",
        PersonErasureState.Erasing => "Erasing",
        PersonErasureState.Erased => "Erased",
        _ => "Given up",
    };

    private static string WordsOf(PersonErasureStage stage) => stage switch
    {
        PersonErasureStage.Rows => "Removing the rows worked on",
        PersonErasureStage.Versions => "Removing the rows of versions and the answers to them",
        PersonErasureStage.Answers => "Removing what repeats them",
        PersonErasureStage.Files => "Removing files and archives",
        PersonErasureStage.NewVersions => "Freezing a version without them",
        _ => "Looking through everything once more",
    };
}
