using Microsoft.AspNetCore.Components;
using Portal.Features.Model;

namespace Portal.Features.Deploy;

public sealed partial class ShadowPanel
{
    private bool _asks;
    private string _candidateId = "";
    private int _percent = 10;
    private int _calls = 500;
    private int _days = 7;
    private decimal _dayLimit = 1;

    [Parameter, EditorRequired]
    public ShadowView View { get; set; } = default!; // required by the compiler at every use

    [Parameter, EditorRequired]
    public string LiveCandidateId { get; set; } = "";

    [Parameter]
    public bool MayDeploy { get; set; }

    [Parameter]
    public bool Busy { get; set; }

    [Parameter]
    public EventCallback<ShadowOrder> OnStart { get; set; }

    [Parameter]
    public EventCallback<ShadowRun> OnStop { get; set; }

    private bool IsRunning => View.Run is { State: ShadowState.Running };

    private IReadOnlyList<Candidate> Choices => [.. View.Choices.Where(c => c.Id != LiveCandidateId)];

    protected override void OnParametersSet() => _candidateId = Choices.Any(c => c.Id == _candidateId) ? _candidateId : Choices.Count > 0 ? Choices[^1].Id : "";

    private async Task StartAsync()
    {
        await OnStart.InvokeAsync(new ShadowOrder(_candidateId, _percent, _calls, _days, _dayLimit));
        _asks = false;
    }
}
