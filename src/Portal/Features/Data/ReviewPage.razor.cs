using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Portal.Components;

namespace Portal.Features.Data;

public sealed partial class ReviewPage
{
    /// <summary>So many labels are read faster than they are opened.</summary>
    private const int MostAtAGlance = 12;

    private ReviewItem? _item;
    private string _output = "";
    private string _comment = "";
    private (string Review, int? Place) _shown;

    [Parameter]
    public string ProjectId { get; set; } = "";

    [Parameter]
    public string ReviewId { get; set; } = "";

    /// <summary>The place in the queue; without it, the first row that waits.</summary>
    [SupplyParameterFromQuery]
    public int? At { get; set; }

    [Inject]
    private ReviewQueueService Queue { get; set; } = default!; // filled by the renderer

    protected override async Task LoadAsync(CancellationToken ct)
    {
        var item = await Queue.GetAsync(ReviewId, At, ct);
        if (item.Review.ProjectId != ProjectId)
        {
            throw new NotFoundException("review");
        }

        // The same row read again leaves what is being typed alone.
        if (_shown != (ReviewId, item.Place))
        {
            (_output, _comment) = (item.Mine?.Output ?? "", item.Mine?.Comment ?? "");
        }

        (_item, _shown) = (item, (ReviewId, item.Place));
    }

    private async Task AnswerAsync(ReviewVerdict verdict)
    {
        if (_item is { Place: { } place } item && await RunAsync(ct => Queue.AnswerAsync(ReviewId, place, new ReviewDraft(verdict, verdict is ReviewVerdict.Says ? _output : "", _comment), ct)))
        {
            _shown = default;
            if (At is null)
            {
                await RefreshAsync();
            }
            else
            {
                Navigation.NavigateTo(PortalUrls.Review(Org, ProjectId, ReviewId, item.Next));
            }
        }
    }

    private async Task OnKeyAsync(KeyboardEventArgs key)
    {
        if (!key.AltKey || _item is not { } item)
        {
            return;
        }

        if (key.Key is "Enter" && !IsBusy)
        {
            await AnswerAsync(item.Output is null || _output is not "" ? ReviewVerdict.Says : ReviewVerdict.Agrees);
        }
        else if (key.Code is ['D', 'i', 'g', 'i', 't', >= '1' and <= '9' and var digit] && digit - '1' < item.Labels.Count && item.Labels.Count <= MostAtAGlance)
        {
            _output = item.Labels[digit - '1'];
        }
        else if ((key.Key switch { "ArrowLeft" => item.Previous, "ArrowRight" => item.Next, _ => null }) is { } to)
        {
            Navigation.NavigateTo(PortalUrls.Review(Org, ProjectId, ReviewId, to));
        }
    }

    private static string WordOf(ReviewDraft mine) => mine.Verdict switch
    {
        ReviewVerdict.Agrees => "it is right",
        ReviewVerdict.Disagrees => "it is wrong",
        ReviewVerdict.Skips => "nothing, you skipped it",
        _ => mine.Output.Length > 80 ? mine.Output[..80] + "…" : mine.Output,
    };
}
