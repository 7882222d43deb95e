using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace Portal.Features.Data;

public sealed partial class TrafficDraftList
{
    /// <summary>By the drafts' ids: a call that moves up when another goes keeps its element.</summary>
    private readonly Dictionary<string, ElementReference> _items = new(StringComparer.Ordinal);
    private string _output = "";
    private string? _edited;
    private int? _focus;

    [Parameter, EditorRequired]
    public IReadOnlyList<TrafficDraft> Drafts { get; set; } = [];

    [Parameter]
    public IReadOnlyList<string> Labels { get; set; } = [];

    [Parameter]
    public bool MayReview { get; set; }

    [Parameter]
    public bool Busy { get; set; }

    /// <summary>Null where rows may not be read.</summary>
    [Parameter]
    public Func<string, string>? RowHref { get; set; }

    /// <summary>Says what is right; whether it was taken.</summary>
    [Parameter, EditorRequired]
    public Func<TrafficDraft, string, Task<bool>> OnSettle { get; set; } = default!; // required by the compiler at every use

    [Parameter]
    public EventCallback<TrafficDraft> OnReject { get; set; }

    [Parameter]
    public EventCallback<TrafficDraft> OnReopen { get; set; }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        // Whoever decides by the keyboard goes on with the call that has taken the place.
        if (_focus is { } place && !Busy)
        {
            _focus = null;
            if (Drafts.Count > 0)
            {
                await FocusAsync(Math.Min(place, Drafts.Count - 1));
            }
        }
    }

    private async Task OnKeyAsync(KeyboardEventArgs key, TrafficDraft draft, int place)
    {
        var to = key.Key switch { "ArrowDown" => place + 1, "ArrowUp" => place - 1, "Home" => 0, "End" => Drafts.Count - 1, _ => -1 };
        if (to >= 0 && to < Drafts.Count && to != place)
        {
            await FocusAsync(to);
        }
        else if (MayReview && !Busy && draft.State is TrafficState.Open && _edited != draft.Id)
        {
            switch (key.Key)
            {
                case "Enter" when draft.Output is not "":
                    _focus = place;
                    await OnSettle(draft, draft.Output);
                    break;
                case "Delete":
                    _focus = place;
                    await OnReject.InvokeAsync(draft);
                    break;
                case "F2" or "Enter":
                    Edit(draft);
                    break;
                default:
                    break;
            }
        }
    }

    private ValueTask FocusAsync(int place) => _items.TryGetValue(Drafts[place].Id, out var item) ? item.FocusAsync() : ValueTask.CompletedTask;

    private void Edit(TrafficDraft draft) => (_edited, _output) = (draft.Id, draft.Output);

    private async Task SaveAsync(TrafficDraft draft)
    {
        // A refused answer leaves what was typed; the page says why.
        if (await OnSettle(draft, _output))
        {
            _edited = null;
        }
    }
}
