using System.Globalization;
using Microsoft.AspNetCore.Components;
using Portal.Components;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

public sealed partial class AuditPage : PortalPage
{
    private AuditFilter _filter = new();
    private AuditPageRows? _rows;
    private AuditChainState? _chain;
    private IReadOnlyList<AuditPerson> _people = [];
    private IReadOnlyDictionary<string, string> _projects = new Dictionary<string, string>();
    private long _count;

    [SupplyParameterFromQuery(Name = "from")]
    private string? From { get; set; }

    [SupplyParameterFromQuery(Name = "to")]
    private string? To { get; set; }

    [SupplyParameterFromQuery(Name = "person")]
    private string? Person { get; set; }

    [SupplyParameterFromQuery(Name = "action")]
    private string? Action { get; set; }

    [SupplyParameterFromQuery(Name = "target")]
    private string? Target { get; set; }

    [SupplyParameterFromQuery(Name = "project")]
    private string? Project { get; set; }

    [SupplyParameterFromQuery(Name = "outcome")]
    private string? Outcome { get; set; }

    [SupplyParameterFromQuery(Name = "before")]
    private string? Before { get; set; }

    [SupplyParameterFromQuery(Name = "after")]
    private string? After { get; set; }

    [Inject]
    private AuditService Audit { get; set; } = default!; // filled by the renderer

    [Inject]
    private IAuditedProjects Projects { get; set; } = default!; // filled by the renderer

    protected override async Task LoadAsync(CancellationToken ct)
    {
        var filter = AuditFilter.Of(From, To, Person, Action, Target, Project, Outcome);
        var rows = await Audit.ListAsync(filter, NumberOf(Before), NumberOf(After), ct);
        var count = await Audit.CountAsync(ct);
        _people = await Audit.PeopleAsync(ct);
        _projects = await Projects.ProjectNamesAsync(ct);
        (_filter, _rows, _count) = (filter, rows, count);
    }

    private Task CheckAsync() => RunAsync(async ct => _chain = await Audit.CheckAsync(ct));

    private void Ask(AuditFilter filter) => Navigation.NavigateTo(PortalUrls.Audit(Org, filter.InAddress));

    private string Beside(string side, long sequence) =>
        PortalUrls.Audit(Org, _filter.InAddress.Append((side, sequence.ToString(CultureInfo.InvariantCulture))));

    private static long? NumberOf(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Entries(long count) => count is 1 ? "1 entry" : $"{Show.Count(count)} entries";

    private static string Removed(long count) => count is 0 ? "" : $"; {Show.Count(count)} older were removed when they had been kept long enough";
}
