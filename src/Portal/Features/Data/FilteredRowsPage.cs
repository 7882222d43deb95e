using Microsoft.AspNetCore.Components;
using Portal.Components;

namespace Portal.Features.Data;

/// <summary>A page whose address says which rows are meant.</summary>
public abstract class FilteredRowsPage : PortalPage
{
    [SupplyParameterFromQuery]
    public string? Q { get; set; }

    [SupplyParameterFromQuery]
    public string? Finding { get; set; }

    [SupplyParameterFromQuery]
    public string? Label { get; set; }

    [SupplyParameterFromQuery]
    public string? Slice { get; set; }

    [SupplyParameterFromQuery(Name = "split")]
    public string? SplitName { get; set; }

    [SupplyParameterFromQuery(Name = "status")]
    public string? StatusName { get; set; }
}
