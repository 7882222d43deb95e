using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Portal.Components;

namespace Portal.Features.Data;

public sealed partial class RowDrawer
{
    private RowForm _form = new();
    private int _revision = -1;
    private ElementReference _title;

    [Parameter, EditorRequired]
    public RowDetail Row { get; set; } = default!; // required by the compiler at every use

    [Parameter]
    public IReadOnlyList<string> Labels { get; set; } = [];

    [Parameter]
    public bool MayChange { get; set; }

    [Parameter]
    public bool Busy { get; set; }

    /// <summary>The row is as somebody else left it, and what was typed has not been saved.</summary>
    [Parameter]
    public bool IsConflict { get; set; }

    [Parameter, EditorRequired]
    public string CloseHref { get; set; } = "";

    /// <summary>Where a file of the row is.</summary>
    [Parameter]
    public Func<string, string>? MediaHrefOf { get; set; }

    [Parameter]
    public EventCallback<RowDraft> OnSave { get; set; }

    [Parameter]
    public EventCallback<int> OnRestore { get; set; }

    [Parameter]
    public EventCallback<FindingDecision?> OnDecide { get; set; }

    [Parameter]
    public EventCallback OnClose { get; set; }

    private bool IsTheirs => IsConflict && _revision != Row.Revision;

    /// <summary>It cannot take part as it is, whatever anybody decides.</summary>
    private bool IsOut => Row.SetAsideBy is { } rule && RowRules.OutForGood.Contains(rule);

    /// <summary>Other words can bring it back.</summary>
    private bool IsCorrectable => !IsOut || (Row.SetAsideBy is { } rule && RowRules.Unusable.Contains(rule));

    private IEnumerable<string> Facts => new[]
    {
        Row.Origin switch { RowOrigin.Hand => "Added by hand", RowOrigin.Synthetic => Row.Synthetic?.Words ?? "Written by a model, and brought back in a file", RowOrigin.Traffic => Row.Traffic?.Words ?? "From a call to a deployment", _ => "From the file" }, Row.SourceId is "" ? "" : $"id {Row.SourceId}", Row.Slice is "" ? "" : $"slice {Row.Slice}",
        Row.Split is { } split ? $"in the {SplitMethods.Word(split)} split of the newest version" : "", Row.Revision is 0 ? "" : $"revision {Show.Count(Row.Revision)}",
    }.Where(f => f is not "");

    private IEnumerable<FieldChange> Theirs =>
        new[] { ("Input", Row.Input, _form.Input), ("Output", Row.Output, _form.Output), ("System instruction", Row.System, _form.System) }
            .Concat(RowForm.Of(Row).Parts.Zip(_form.Parts, (theirs, mine) => (mine.Title, theirs.Text, mine.Text)))
            .Where(f => f.Item2 != f.Item3 && (_form.Parts.Count is 0 || f.Item1 is not ("Input" or "Output"))).Select(f => new FieldChange(f.Item1, WordDiff.Of(f.Item2, f.Item3)));

    protected override void OnParametersSet()
    {
        if (Row.Revision != _revision && !IsConflict)
        {
            (_revision, _form) = (Row.Revision, RowForm.Of(Row));
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            await _title.FocusAsync();
        }
    }

    private void TakeTheirs() => (_revision, _form) = (Row.Revision, RowForm.Of(Row));

    private async Task OnKeyAsync(KeyboardEventArgs key)
    {
        if (key.Key is "Escape" && !_form.DiffersFrom(Row))
        {
            await OnClose.InvokeAsync();
        }
    }

    private static string WordOf(EditKind change) => change switch
    {
        EditKind.Added => "Added",
        EditKind.Restored => "Put back",
        _ => "Edited",
    };
}
