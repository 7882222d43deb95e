using Microsoft.AspNetCore.Components;
using Portal.Components;
using Portal.Features.Evaluate;

namespace Portal.Features.Deploy;

/// <summary>What was asked for with the form's one button.</summary>
public sealed record DeployOrder(string CandidateId, string Name, string OverrideReason)
{
    /// <summary>Of a hundred calls at first, beside what is live; zero takes the whole place at once.</summary>
    public int Percent { get; init; }
}

public sealed partial class DeployForm : ComponentBase
{
    private string? _candidateId;
    private string _name = "";
    private string _reason = "";
    private int _percent;

    [Parameter, EditorRequired]
    public string Org { get; set; } = "";

    [Parameter, EditorRequired]
    public string ProjectId { get; set; } = "";

    [Parameter, EditorRequired]
    public IReadOnlyList<DeployChoice> Choices { get; set; } = [];

    /// <summary>Null while the project has no name for callers yet.</summary>
    [Parameter]
    public string? EndpointName { get; set; }

    [Parameter]
    public string SuggestedName { get; set; } = "";

    [Parameter]
    public string? LiveCandidateId { get; set; }

    [Parameter]
    public bool MayDeploy { get; set; }

    [Parameter]
    public bool MayOverride { get; set; }

    [Parameter]
    public bool Busy { get; set; }

    [Parameter]
    public EventCallback<DeployOrder> OnDeploy { get; set; }

    [Parameter]
    public EventCallback OnCancel { get; set; }

    private DeployChoice? Chosen => Choices.FirstOrDefault(c => c.Candidate.Id == _candidateId) ?? (Choices is [var first, ..] ? first : null);

    /// <summary>Why the button is disabled; empty when it is not.</summary>
    private string Obstacle => Chosen switch
    {
        null => "",
        _ when !MayDeploy => "Your role lets you look, not deploy.",
        { Prices: null } => "The catalogue has no price for this model, so its calls could not be billed.",
        { Candidate.Id: var id } when id == LiveCandidateId => "This candidate is live already.",
        { Gate.Passed: false } when !MayOverride => "The gate has not passed; only an owner may deploy in spite of it.",
        { Gate.Passed: false } when _reason.Trim().Length < 10 => "Say why first, in 10 characters or more.",
        _ => "",
    };

    protected override void OnInitialized() => _name = EndpointName ?? SuggestedName;

    private string NameOf(string? candidateId) => Choices.FirstOrDefault(c => c.Candidate.Id == candidateId) is { } choice
        ? $"{choice.Candidate.Name}{(choice.Gate.Passed ? "" : " (gate not passed)")}"
        : "";

    private static StepState MarkOf(GateCheck check) => check.Outcome switch
    {
        CheckOutcome.Passed => StepState.Done,
        CheckOutcome.Failed => StepState.Blocked,
        _ => StepState.Waiting,
    };

    private Task SubmitAsync() => Chosen is { } chosen && Obstacle is ""
        ? OnDeploy.InvokeAsync(new DeployOrder(chosen.Candidate.Id, EndpointName ?? _name, chosen.Gate.Passed ? "" : _reason) { Percent = LiveCandidateId is null ? 0 : _percent })
        : Task.CompletedTask;
}
