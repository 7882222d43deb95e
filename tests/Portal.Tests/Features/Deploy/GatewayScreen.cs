using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using MudBlazor.Services;
using Portal.Components;
using Portal.Features.Tenancy;

namespace Portal.Tests.Features.Deploy;

/// <summary>Pages with the portal's own services, as a member of org_a has them.</summary>
internal sealed class GatewayScreen : IAsyncDisposable
{
    private readonly BunitContext _context = new();
    private readonly AsyncServiceScope _scope;

    public GatewayScreen(GatewayRig rig, MemberRole role)
    {
        _scope = rig.As("org_a", role);
        _context.JSInterop.Mode = JSRuntimeMode.Loose;
        _context.Services.AddMudServices(o => o.PopoverOptions.CheckForPopoverProvider = false);
        _context.Services.AddFallbackServiceProvider(_scope.ServiceProvider);
        Dialogs = _context.Render<MudDialogProvider>();
    }

    public IRenderedComponent<MudDialogProvider> Dialogs { get; }

    /// <summary>What a page opened afterwards reads of its address.</summary>
    public void Go(string address) => _context.Services.GetRequiredService<NavigationManager>().NavigateTo(address);

    public IRenderedComponent<TPage> Open<TPage>(string? projectId)
        where TPage : PortalPage => _context.Render<TPage>(p =>
        {
            p.Add(d => d.Org, "northwind");
            if (projectId is not null)
            {
                p.TryAdd("ProjectId", projectId);
            }
        });

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        await _scope.DisposeAsync();
    }
}
