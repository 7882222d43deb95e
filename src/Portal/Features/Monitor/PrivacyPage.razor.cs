using Microsoft.AspNetCore.Components;
using Portal.Components;

namespace Portal.Features.Monitor;

public sealed partial class PrivacyPage : PortalPage
{
    private KeepingState? _state;
    private bool _isOn;
    private int _share;
    private int _days;
    private bool _asks;

    [Inject]
    private TextKeepingService Keeping { get; set; } = default!; // filled by the renderer

    [Inject]
    private TimeProvider Time { get; set; } = default!; // filled by the renderer

    private KeepingChoice Choice => new(_isOn, _share, _days);

    private bool IsChanged => _state is not null && Choice != _state.Choice;

    private string Verb => _isOn || _state is not { Choice.IsOn: true } ? "Save" : "Keep no texts…";

    private string WhyNot => !Keeping.MayChange ? "Your role lets you look; an owner decides." : IsChanged ? "" : "Nothing is changed.";

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _state = await Keeping.ReadAsync(ct);
        (_isOn, _share, _days) = (_state.Choice.IsOn, _state.Choice.SharePercent, _state.Choice.Days);
    }

    private async Task SaveAsync()
    {
        if (_state is { Choice.IsOn: true } && !_isOn)
        {
            _asks = true;
            return;
        }

        await SetAsync();
    }

    private async Task SetAsync()
    {
        _asks = false;
        if (await RunAsync(ct => Keeping.SaveAsync(Choice, ct), _isOn ? "Texts of calls are kept from now on." : "No texts are kept."))
        {
            await RefreshAsync();
        }
    }
}
