using System.Globalization;
using Microsoft.AspNetCore.Components;
using Portal.Components;

namespace Portal.Features.Billing;

public sealed partial class BillingPage : PortalPage
{
    private static readonly CultureInfo s_culture = CultureInfo.GetCultureInfo("en-US");

    private MonthSoFar? _month;
    private IReadOnlyList<BudgetRow> _budgets = [];
    private IReadOnlyDictionary<string, string> _names = new Dictionary<string, string>();

    [Inject]
    private BillingService Billing { get; set; } = default!; // filled by the renderer

    [Inject]
    private BudgetService Budgets { get; set; } = default!; // filled by the renderer

    [Inject]
    private IUsageSubjects Subjects { get; set; } = default!; // filled by the renderer

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _month = await Billing.MonthSoFarAsync(ct);
        _budgets = await Budgets.ListAsync(ct);
        _names = await Subjects.ProjectNamesAsync(ct);
    }

    private async Task SetBudgetAsync(long? capMicros)
    {
        if (await RunAsync(ct => Budgets.SetAsync(null, capMicros, ct), "The organization's budget is saved."))
        {
            await RefreshAsync();
        }
    }

    private string NameOf(string projectId) => _names.GetValueOrDefault(projectId, projectId);
}
