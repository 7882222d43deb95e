using System.Globalization;
using Microsoft.AspNetCore.Components;
using Portal.Components;
using Portal.Features.Billing;

namespace Portal.Features.Admin;

public sealed partial class MarginPage : PortalPage
{
    private const int PageSize = 25;

    private MarginMonth? _month;
    private IReadOnlyList<MarginSum> _sums = [];

    [SupplyParameterFromQuery(Name = "month")]
    private string? MonthKey { get; set; }

    [SupplyParameterFromQuery(Name = "by")]
    private string? ByKey { get; set; }

    [SupplyParameterFromQuery(Name = "sort")]
    private string? SortKey { get; set; }

    [SupplyParameterFromQuery(Name = "org")]
    private string? TenantId { get; set; }

    [SupplyParameterFromQuery(Name = "from")]
    private int From { get; set; }

    [Inject]
    private MarginService Margin { get; set; } = default!; // filled by the renderer

    private MarginBy By => Enum.TryParse<MarginBy>(ByKey, ignoreCase: true, out var by) && Enum.IsDefined(by) ? by : MarginBy.Organization;

    private MarginSort Sort => Enum.TryParse<MarginSort>(SortKey, ignoreCase: true, out var sort) && Enum.IsDefined(sort) ? sort : MarginSort.Billed;

    private int Start => Math.Clamp(From, 0, Math.Max(0, _sums.Count - 1)) / PageSize * PageSize;

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _month = await Margin.ReadAsync(MonthKey, TenantId, ct);
        _sums = _month.By(By, Sort);
    }

    private static IReadOnlyList<(string Name, string Value)> FactsOf(MarginSum total)
    {
        List<(string, string)> facts = [("Billed", Show.Money(total.BilledMicros, MarginMonth.Currency)), ("The vendor charges", MarginTable.Cost(total)), ("Margin", MarginTable.Margin(total)), ("Margin of billed", MarginTable.Share(total))];
        if (total.UnknownMicros > 0)
        {
            facts.Add(("Vendor's price unknown of", Show.Money(total.UnknownMicros, MarginMonth.Currency)));
        }

        return facts;
    }

    private string Address(DateTime month, MarginBy by, MarginSort sort, int from) => PortalUrls.AdminMarginOf(
        ("month", month == _month?.Last ? null : CostMonth.KeyOf(month)), ("by", by is MarginBy.Organization ? null : "model"),
        ("sort", sort is MarginSort.Billed ? null : sort.ToString().ToLowerInvariant()), ("org", TenantId), ("from", from > 0 ? from.ToString(CultureInfo.InvariantCulture) : null));
}
