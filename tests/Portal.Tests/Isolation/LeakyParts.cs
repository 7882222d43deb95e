using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Shell;

namespace Portal.Tests.Isolation;

/// <summary>A worker that believes what stands in Hangfire's table.</summary>
internal sealed class TrustingWorker(Func<IsolationWorld> world)
{
    public async Task RunAsync(string tenantId, string runId, CancellationToken ct)
    {
        await using var db = world().Database.CreateOwnerContext();
#pragma warning disable RS0030 // What slices must not do is done here, to see it found.
        await db.Set<Portal.Features.Model.CandidateRun>().IgnoreQueryFilters().Where(r => r.Id == runId && tenantId != "").ExecuteUpdateAsync(set => set.SetProperty(r => r.LeaseToken, "taken"), ct);
#pragma warning restore RS0030
    }
}

/// <summary>A page that asks for nothing but the id in its address.</summary>
[Route("/o/{Org}/leaky/{ProjectId}")]
internal sealed class LeakyPage : ComponentBase
{
    private string? _name;

    [Parameter]
    public string Org { get; set; } = "";

    [Parameter]
    public string ProjectId { get; set; } = "";

    [Inject]
    public Func<IsolationWorld> World { get; set; } = default!; // injected

    protected override async Task OnInitializedAsync() => _name = await Leaks.NameAsync(World(), ProjectId);

    protected override void BuildRenderTree(RenderTreeBuilder builder) => builder.AddContent(0, _name ?? "This page does not exist, or you have no access to it.");
}

/// <summary>The same with the portal's own services, one of which may be out of order.</summary>
[Route("/o/{Org}/careful/{ProjectId}")]
internal sealed class CarefulPage : ComponentBase
{
    private string? _name;

    [Parameter]
    public string Org { get; set; } = "";

    [Parameter]
    public string ProjectId { get; set; } = "";

    [Inject]
    public IDbContextFactory<PortalDbContext> Dbs { get; set; } = default!; // injected

    protected override async Task OnInitializedAsync()
    {
        await using var db = await Dbs.CreateDbContextAsync();
        _name = await db.Set<Portal.Features.Define.Project>().Where(p => p.Id == ProjectId).Select(p => p.Name).SingleOrDefaultAsync();
    }

    protected override void BuildRenderTree(RenderTreeBuilder builder) => builder.AddContent(0, _name ?? "This page does not exist, or you have no access to it.");
}

/// <summary>Draws a page that is not the portal's, behind the portal's gate or in front of it.</summary>
internal sealed class BareRoute : ComponentBase
{
    [Parameter, EditorRequired]
    public RouteData Route { get; set; } = default!; // given at its one use

    [Parameter]
    public bool IsGated { get; set; }

    public static (Type Root, ParameterView Parameters) Of(Type page, Holdings asked, bool isGated) => (typeof(BareRoute), ParameterView.FromDictionary(new Dictionary<string, object?>
    {
        [nameof(Route)] = new RouteData(page, new Dictionary<string, object?> { ["Org"] = asked["slug"], ["ProjectId"] = asked["project"] }), [nameof(IsGated)] = isGated,
    }));

    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        builder.OpenComponent<CascadingValue<string>>(0);
        builder.AddComponentParameter(1, "Name", "Theme");
        builder.AddComponentParameter(2, "Value", "auto");
        builder.AddComponentParameter(3, "ChildContent", (RenderFragment)(inner =>
        {
            if (IsGated)
            {
                inner.OpenComponent<TenantGate>(0);
                inner.AddComponentParameter(1, nameof(TenantGate.Route), Route);
                inner.AddComponentParameter(2, nameof(TenantGate.ChildContent), (RenderFragment)Page);
                inner.CloseComponent();
            }
            else
            {
                Page(inner);
            }
        }));
        builder.CloseComponent();
    }

    private void Page(RenderTreeBuilder builder)
    {
        builder.OpenComponent(0, Route.PageType);
        foreach (var (name, value) in Route.RouteValues)
        {
            builder.AddComponentParameter(1, name, value);
        }

        builder.CloseComponent();
    }
}
