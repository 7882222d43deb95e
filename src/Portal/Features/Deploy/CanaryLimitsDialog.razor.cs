using System.Globalization;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Portal.Features.Deploy;

public sealed partial class CanaryLimitsDialog
{
    private static readonly DialogOptions s_options = new() { CloseOnEscapeKey = true, MaxWidth = MaxWidth.Small, FullWidth = true };
    private static readonly CultureInfo s_culture = CultureInfo.InvariantCulture;

    private CanaryLimits? _shown;
    private double _errors;
    private double _ratio;
    private double _bad;
    private int _calls;
    private int _answers;
    private int _thumbs;

    [Parameter, EditorRequired]
    public CanaryLimits Limits { get; set; } = default!; // required by the compiler at every use

    [Parameter]
    public bool Visible { get; set; }

    /// <summary>Null for the portal's own.</summary>
    [Parameter]
    public EventCallback<CanaryLimits?> OnSave { get; set; }

    [Parameter]
    public EventCallback OnClose { get; set; }

    private CanaryLimits Stated => new() { ErrorShare = _errors / 100, LatencyRatio = _ratio, ThumbShare = _bad / 100, Calls = _calls, Answers = _answers, Thumbs = _thumbs };

    protected override void OnParametersSet()
    {
        // The page is read again every few seconds; what somebody types stays while it is open.
        if (!Visible)
        {
            _shown = null;
        }
        else if (_shown is null)
        {
            _shown = Limits;
            (_errors, _ratio, _bad) = (Math.Round(Limits.ErrorShare * 100, 4), Limits.LatencyRatio, Math.Round(Limits.ThumbShare * 100, 4));
            (_calls, _answers, _thumbs) = (Limits.Calls, Limits.Answers, Limits.Thumbs);
        }
    }
}
