using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace Portal.Features.Data;

public sealed partial class DraftList
{
    /// <summary>By the drafts' ids: a draft that moves up when another goes keeps its element.</summary>
    private readonly Dictionary<string, ElementReference> _items = new(StringComparer.Ordinal);
    private RowForm _form = new();
    private string? _edited;
    private int? _focus;

    /// <summary>The draft that the keyboard is on its way to, and how many moves the browser has yet to confirm: a key that comes meanwhile is meant for that draft.</summary>
    private (string DraftId, int Moves) _way = ("", 0);

    [Parameter, EditorRequired]
    public IReadOnlyList<SyntheticDraft> Drafts { get; set; } = [];

    [Parameter]
    public IReadOnlyList<string> Labels { get; set; } = [];

    [Parameter]
    public bool MayDecide { get; set; }

    [Parameter]
    public bool Busy { get; set; }

    [Parameter, EditorRequired]
    public Func<int, string> RowHref { get; set; } = default!; // required by the compiler at every use

    [Parameter]
    public EventCallback<SyntheticDraft> OnAccept { get; set; }

    [Parameter]
    public EventCallback<SyntheticDraft> OnReject { get; set; }

    [Parameter]
    public EventCallback<SyntheticDraft> OnReopen { get; set; }

    /// <summary>Saves other words; whether they were taken.</summary>
    [Parameter, EditorRequired]
    public Func<SyntheticDraft, string, string, Task<bool>> OnEdit { get; set; } = default!; // required by the compiler at every use

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        // Whoever decides by the keyboard goes on with the draft that has taken the place.
        if (_focus is { } place && !Busy)
        {
            _focus = null;
            if (Drafts.Count > 0)
            {
                await FocusAsync(Math.Min(place, Drafts.Count - 1));
            }
        }
    }

    private async Task OnKeyAsync(KeyboardEventArgs key, int from)
    {
        var place = _way.Moves > 0 && Drafts.Index().FirstOrDefault(d => d.Item.Id == _way.DraftId) is { Item: not null } ahead ? ahead.Index : from;
        var draft = Drafts[place];
        var to = key.Key switch { "ArrowDown" => place + 1, "ArrowUp" => place - 1, "Home" => 0, "End" => Drafts.Count - 1, _ => -1 };
        if (to >= 0 && to < Drafts.Count && to != place)
        {
            await FocusAsync(to);
        }
        else if (MayDecide && !Busy && draft.State is DraftState.Open && _edited != draft.Id)
        {
            switch (key.Key)
            {
                case "Enter":
                    _focus = place;
                    await OnAccept.InvokeAsync(draft);
                    break;
                case "Delete":
                    _focus = place;
                    await OnReject.InvokeAsync(draft);
                    break;
                case "F2":
                    Edit(draft);
                    break;
                default:
                    break;
            }
        }
    }

    private async Task FocusAsync(int place)
    {
        if (_items.TryGetValue(Drafts[place].Id, out var item))
        {
            _way = (Drafts[place].Id, _way.Moves + 1);
            await item.FocusAsync();
        }
    }

    private void Arrived() => _way = (_way.DraftId, Math.Max(0, _way.Moves - 1));

    private void Edit(SyntheticDraft draft) => (_edited, _form) = (draft.Id, new RowForm { Input = draft.Input, Output = draft.Output });

    private async Task SaveAsync(SyntheticDraft draft)
    {
        // A refused edit leaves what was typed; the page says why.
        if (await OnEdit(draft, _form.Input, _form.Output))
        {
            _edited = null;
        }
    }
}
