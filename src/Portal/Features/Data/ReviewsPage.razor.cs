using Microsoft.AspNetCore.Components;
using Portal.Components;

namespace Portal.Features.Data;

public sealed partial class ReviewsPage
{
    private DataOverview? _data;
    private IReadOnlyList<ReviewProgress> _reviews = [];
    private string _name = "";
    private int _rows = 100;
    private int _reviewers = 2;
    private bool _isBlind = true;

    [Parameter]
    public string ProjectId { get; set; } = "";

    [Inject]
    private DatasetService Datasets { get; set; } = default!; // filled by the renderer

    [Inject]
    private ReviewService Reviews { get; set; } = default!; // filled by the renderer

    /// <summary>The filter of the rows that somebody came from.</summary>
    private RowQuery Of => RowQuery.Parse(Q, Finding, Label, Slice, SplitName, StatusName);

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _data = await Datasets.OverviewAsync(ProjectId, ct);
        _reviews = await Reviews.ListAsync(ProjectId, ct);
    }

    private async Task AskAsync()
    {
        if (await RunAsync(ct => Reviews.AskAsync(ProjectId, new ReviewRequest(_name, _rows, _reviewers, _isBlind, Of), ct), "The review is open."))
        {
            _name = "";
            await RefreshAsync();
        }
    }

    private async Task CloseAsync(string reviewId)
    {
        if (await RunAsync(ct => Reviews.CloseAsync(reviewId, ct), "Ended. What was answered stays."))
        {
            await RefreshAsync();
        }
    }
}
