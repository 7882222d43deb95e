using Microsoft.AspNetCore.Components;
using Portal.Components;

namespace Portal.Features.Data;

public sealed partial class FindingCard
{
    [Parameter, EditorRequired]
    public Finding Finding { get; set; } = default!; // required by the compiler at every use

    /// <summary>Rows that take part now.</summary>
    [Parameter, EditorRequired]
    public int Rows { get; set; }

    [Parameter]
    public bool IsOpened { get; set; }

    [Parameter]
    public IReadOnlyList<FindingSample> Samples { get; set; } = [];

    [Parameter]
    public bool MayChange { get; set; }

    [Parameter]
    public bool Busy { get; set; }

    [Parameter, EditorRequired]
    public string ToggleHref { get; set; } = "";

    [Parameter, EditorRequired]
    public string RowsHref { get; set; } = "";

    [Parameter]
    public EventCallback<FindingDecision?> OnDecide { get; set; }

    [Parameter]
    public EventCallback<(int Number, FindingDecision? Decision)> OnDecideRow { get; set; }

    private string Css => Finding switch
    {
        { Severity: FindingSeverity.Blocks } => "blocks",
        { IsOpen: true } => "open",
        _ => "",
    };

    private string FixVerb => Finding.Choices.Contains(FindingDecision.Redact) ? "redaction" : "the fix";

    /// <summary>Its rows cannot be used, so they wait in quarantine until somebody has said that they stay out.</summary>
    private bool IsOutForGood => RowRules.OutForGood.Contains(Finding.Rule);

    /// <summary>What can be decided about one of its rows by itself.</summary>
    private FindingDecision OtherFor(FindingSample row) => row.IsSetAside && !IsOutForGood ? FindingDecision.Keep : IsOutForGood && Finding.Decision is FindingDecision.SetAside ? FindingDecision.Quarantine : FindingDecision.SetAside;

    private string EffectOf(FindingDecision choice) => choice switch
    {
        FindingDecision.SetAside when IsOutForGood => "they leave the quarantine and count as dropped. They take no part either way, and nothing of the upload is lost.",
        FindingDecision.Keep => "the rows stay as they are.",
        FindingDecision.SetAside => $"{Show.Count(Math.Max(0, Rows - Finding.Count))} of {Show.Count(Rows)} rows are left for the next version. Nothing of the upload is lost.",
        FindingDecision.Quarantine => $"like setting aside, until somebody has looked at them: {Show.Count(Math.Max(0, Rows - Finding.Count))} rows are left.",
        FindingDecision.Fix => "applied when the next version is frozen; the rows as uploaded stay.",
        _ => "placeholders take their place when the next version is frozen; what they stand for is kept encrypted and can be led back. Until then Undo brings everything back as it was.",
    };
}
