using System.Globalization;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using Portal.Components;

namespace Portal.Features.Data;

public sealed partial class ReviewResultsPage
{
    private ReviewResults? _results;

    [Parameter]
    public string ProjectId { get; set; } = "";

    [Parameter]
    public string ReviewId { get; set; } = "";

    /// <summary>The two reviewers whose matrix is shown.</summary>
    [SupplyParameterFromQuery]
    public string? Pair { get; set; }

    [Inject]
    private ReviewResultService Results { get; set; } = default!; // filled by the renderer

    protected override async Task LoadAsync(CancellationToken ct)
    {
        var results = await Results.GetAsync(ReviewId, Pair, ct);
        _results = results.Review.ProjectId == ProjectId ? results : throw new NotFoundException("review");
    }

    private async Task SettleAsync(ReviewConflict row, string? output)
    {
        var isSettled = false;
        if (await RunAsync(async ct => isSettled = await Results.SettleAsync(ReviewId, row.Number, row.Revision, output, ct)))
        {
            if (!isSettled)
            {
                Snackbar.Add($"Somebody has changed row {Show.Count(row.Number)} since. It is shown as it is now; look again.", Severity.Warning);
            }

            await RefreshAsync();
        }
    }

    private static string KappaText(Kappa kappa) => kappa.Value is not { } value ? "–"
        : string.Create(CultureInfo.InvariantCulture, $"{value:0.00} [{kappa.Low:0.00}, {kappa.High:0.00}], n {Show.Count(kappa.N)}");

    private static string Short(string text) => text.Length > 60 ? text[..60] + "…" : text;
}
