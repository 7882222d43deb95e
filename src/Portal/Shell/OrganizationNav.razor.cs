using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.JSInterop;
using Portal.Features.Tenancy;

namespace Portal.Shell;

/// <summary>Where one can go in an organization, by what one may do there.</summary>
public sealed partial class OrganizationNav
{
    private ElementReference _bar;

    private IReadOnlyList<(string Words, string Address)> Daily => Shown(
        (true, "Projects", PortalUrls.Organization(Current.Slug)),
        (Current.Membership.Kind is TenantKind.Consultancy && Current.May(Permission.WorkForClients), "Clients", PortalUrls.Clients(Current.Slug)),
        (!Current.IsVisiting && Current.May(Permission.ManagePlaybooks), "Playbooks", PortalUrls.Playbooks(Current.Slug)),
        (!Current.IsVisiting, "Members", PortalUrls.Members(Current.Slug)),
        (Current.May(Permission.Deploy), "API keys", PortalUrls.Keys(Current.Slug)),
        (Current.May(Permission.ViewBilling), "Billing", PortalUrls.Billing(Current.Slug)));

    private IReadOnlyList<(string Words, string Address)> Settings => Shown(
        (Current.May(Permission.ViewConnection), "Endpoints", PortalUrls.Endpoints(Current.Slug)),
        (Current.May(Permission.ViewConnection), "Connection", PortalUrls.Connection(Current.Slug)),
        (Current.Membership.Kind is TenantKind.Customer && Current.May(Permission.ViewMembers), "Consultancies", PortalUrls.Consultancies(Current.Slug)),
        (Current.May(Permission.ManageSignIn), "Sign-in", PortalUrls.SignInSettings(Current.Slug)),
        (Current.May(Permission.ManagePrivacy), "Privacy", PortalUrls.Privacy(Current.Slug)),
        (Current.May(Permission.ViewAudit), "Audit", PortalUrls.Audit(Current.Slug)),
        (Current.May(Permission.ExportOrganization), "Your data", PortalUrls.Leave(Current.Slug)));

    public void Dispose() => Navigation.LocationChanged -= OnMoved;

    protected override void OnInitialized() => Navigation.LocationChanged += OnMoved;

    /// <summary>On a phone the bar is wider than the screen.</summary>
    protected override async Task OnAfterRenderAsync(bool firstRender) => await Script.InvokeVoidAsync("portal.showHere", _bar);

    private void OnMoved(object? sender, LocationChangedEventArgs moved) => _ = InvokeAsync(async () =>
    {
        // The links themselves hear of it later, and what is scrolled to is the one that is marked by then.
        await Task.Yield();
        StateHasChanged();
    });

    private bool IsHere((string Words, string Address) link) => new Uri(Navigation.Uri).AbsolutePath == link.Address;

    private static IReadOnlyList<(string Words, string Address)> Shown(params IEnumerable<(bool IsShown, string Words, string Address)> links) =>
        [.. links.Where(l => l.IsShown).Select(l => (l.Words, l.Address))];
}
