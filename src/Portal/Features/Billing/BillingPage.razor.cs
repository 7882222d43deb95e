using Microsoft.AspNetCore.Components;
using Portal.Components;

namespace Portal.Features.Billing;

public sealed partial class BillingPage : PortalPage
{
    private CostMonth? _costs;
    private IReadOnlyList<BudgetRow> _budgets = [];

    [SupplyParameterFromQuery(Name = "month")]
    private string? MonthKey { get; set; }

    [SupplyParameterFromQuery(Name = "by")]
    private string? ByKey { get; set; }

    [Inject]
    private CostService Costs { get; set; } = default!; // filled by the renderer

    [Inject]
    private BudgetService Budgets { get; set; } = default!; // filled by the renderer

    [Inject]
    private IUsageSubjects Subjects { get; set; } = default!; // filled by the renderer

    private CostBy By => CostTable.Named(ByKey);

    private string? ByPart => By is CostBy.Project ? null : CostTable.KeyOf(By);

    private BudgetFigures? OrganizationBudget => _budgets.FirstOrDefault(b => b.Kind is BudgetKind.Organization)?.Figures;

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _costs = await Costs.ReadAsync(MonthKey, By, ct);
        _budgets = await Budgets.ListAsync(ct);
    }

    /// <summary>The present month has the page's own address.</summary>
    private string At(CostMonth costs, DateTime month) => PortalUrls.Billing(Org, month == costs.Last ? null : CostMonth.KeyOf(month), ByPart);

    private IReadOnlyList<(string Name, string Value)> Facts(CostMonth costs)
    {
        List<(string, string)> facts =
        [
            (costs.IsCurrent ? Subjects.IsPractice ? "Would cost so far" : "Charged so far" : Subjects.IsPractice ? "Would have cost" : "Charged", Money(costs.AmountMicros)),
            (costs.From.AddMonths(-1).ToString("MMMM", CostMonth.Culture), Money(costs.BeforeMicros)),
        ];
        if (costs.IsCurrent)
        {
            facts.Insert(1, ("Forecast for the month", costs.Forecast is { } ahead
                ? $"{Money(ahead.LikelyMicros)} ({Money(ahead.LowMicros)} to {Money(ahead.HighMicros)})" : $"after {CostForecast.FewestDays} days of usage"));
            facts.Add(("Held for work under way", Money(costs.ReservedMicros)));
        }

        return facts;

        string Money(long micros) => Show.Money(micros, costs.Currency);
    }

    private async Task SetBudgetAsync(long? capMicros)
    {
        if (await RunAsync(ct => Budgets.SetAsync(null, capMicros, ct), "The organization's budget is saved."))
        {
            await RefreshAsync();
        }
    }
}
