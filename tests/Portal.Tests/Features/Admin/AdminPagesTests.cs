using System.Security.Claims;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using MudBlazor.Services;
using Portal.Features.Admin;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Shell;
using Xunit;

namespace Portal.Tests.Features.Admin;

public sealed class AdminPagesTests : BunitContext
{
    private readonly AdminRig _rig = new();

    public AdminPagesTests()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices(o => o.PopoverOptions.CheckForPopoverProvider = false);
        _rig.AddTo(Services);
    }

    [Fact]
    public async Task Organizations_Searched_KeepTheSearchInTheAddress()
    {
        await _rig.AddTenantAsync("northwind", "Northwind Travel");
        await _rig.AddTenantAsync("harbour", "<b>Harbour</b>");
        _rig.Seat.User = await _rig.SignInAsync("pat", isAdmin: true);
        var page = Render<AdminPage>();
        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("tbody tr").Count));
        Assert.DoesNotContain("<b>Harbour", page.Markup, StringComparison.Ordinal);

        await page.InvokeAsync(() => page.FindComponent<MudTextField<string>>().Instance.ValueChanged.InvokeAsync("north"));

        page.WaitForAssertion(() => Assert.EndsWith("/admin?q=north", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal));
        page.WaitForAssertion(() => Assert.Single(page.FindAll("tbody tr")));
    }

    [Fact]
    public async Task Organizations_ToSomebodyElse_AreNotThere()
    {
        await _rig.AddTenantAsync("northwind", "Northwind Travel");
        _rig.Seat.User = await _rig.SignInAsync("olivia", "northwind");

        var page = Render<AdminPage>();

        page.WaitForAssertion(() => Assert.Contains("Nothing here", page.Markup, StringComparison.Ordinal));
        Assert.DoesNotContain("Northwind Travel", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Suspend_OnThePage_AsksForTheNameAndIsUndoneByRestore()
    {
        var tenant = await _rig.AddTenantAsync("northwind", "Northwind Travel");
        _rig.Seat.User = await _rig.SignInAsync("pat", isAdmin: true);
        var dialogs = Render<MudDialogProvider>();
        var page = Render<TenantPage>(p => p.Add(t => t.TenantId, tenant));
        page.WaitForAssertion(() => Assert.Single(page.FindAll("button"), b => b.TextContent.Trim() is "Suspend"));
        await page.InvokeAsync(() => page.FindAll("button").Single(b => b.TextContent.Trim() is "Suspend").Click());

        dialogs.WaitForAssertion(() => Assert.NotEmpty(dialogs.FindAll("textarea")));
        await dialogs.InvokeAsync(() => dialogs.Find("textarea:not([aria-hidden])").Input("Payment is overdue since August."));
        dialogs.WaitForAssertion(() => Assert.True(Confirm().HasAttribute("disabled")));
        await dialogs.InvokeAsync(() => dialogs.Find("input").Input("Northwind Travel"));
        dialogs.WaitForAssertion(() => Assert.False(Confirm().HasAttribute("disabled")));
        await dialogs.InvokeAsync(() => Confirm().ClickAsync(new()));

        page.WaitForAssertion(() => Assert.Contains("Payment is overdue since August.", page.Markup, StringComparison.Ordinal));
        Assert.True(await _rig.ReadAsync(tenant, db => db.IsSuspendedAsync(CancellationToken.None)));
        await page.InvokeAsync(() => page.FindAll("button").Single(b => b.TextContent.Trim() is "Restore").Click());
        page.WaitForAssertion(() => Assert.Single(page.FindAll("button"), b => b.TextContent.Trim() is "Suspend"));
        Assert.False(await _rig.ReadAsync(tenant, db => db.IsSuspendedAsync(CancellationToken.None)));

        AngleSharp.Dom.IElement Confirm() => dialogs.FindAll("button").Single(b => b.TextContent.Trim() is "Suspend");
    }

    [Fact]
    public async Task Gate_OfASuspendedOrganization_SaysWhyAndWhomToWriteTo()
    {
        var olivia = await _rig.SignInAsync("olivia", "northwind");
        var tenant = await _rig.AddTenantAsync("northwind");
        await AdminRig.SuspendAsync(await _rig.AsAdminAsync(), tenant, "northwind", "Payment is overdue <script>.");
        var gate = Gate(olivia);

        gate.WaitForAssertion(() => Assert.Contains("northwind is suspended", gate.Markup, StringComparison.Ordinal));
        Assert.Contains("Payment is overdue &lt;script&gt;.", gate.Markup, StringComparison.Ordinal);
        Assert.Contains("help@portal.example", gate.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain("the customer's rows", gate.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gate_OpenWhenItsOrganizationIsSuspended_ClosesWithinTheMinute()
    {
        var olivia = await _rig.SignInAsync("olivia", "northwind");
        var tenant = await _rig.AddTenantAsync("northwind");
        var gate = Gate(olivia);
        gate.WaitForAssertion(() => Assert.Contains("the customer's rows", gate.Markup, StringComparison.Ordinal));

        await AdminRig.SuspendAsync(await _rig.AsAdminAsync(), tenant, "northwind");
        _rig.Time.Advance(TimeSpan.FromSeconds(21));

        gate.WaitForAssertion(() => Assert.Contains("northwind is suspended", gate.Markup, StringComparison.Ordinal));
        Assert.DoesNotContain("the customer's rows", gate.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PlatformLog_ShowsWhatAdminsDidAndChecksTheChain()
    {
        var tenant = await _rig.AddTenantAsync("northwind", "Northwind Travel");
        await AdminRig.SuspendAsync(await _rig.AsAdminAsync(), tenant, "Northwind Travel");
        await _rig.TellAsync();

        var page = Render<PlatformLogPage>();

        page.WaitForAssertion(() => Assert.Contains("Suspended the organization", page.Markup, StringComparison.Ordinal));
        await page.InvokeAsync(() => page.FindAll("button").Single(b => b.TextContent.Trim() is "Check the chain").Click());
        page.WaitForAssertion(() => Assert.Contains("1 entry, chain intact", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Model_SavedAfterSomebodyElse_KeepsWhatWasTypedAndShowsTheirChange()
    {
        var kim = (await _rig.AsAdminAsync("kim")).GetRequiredService<CatalogueEditor>();
        await Services.GetRequiredService<CatalogueService>().SeedAsync(CancellationToken.None);
        var page = Render<CatalogueModelPage>(p => p.Add(m => m.ModelId, "gemini-3.5-flash"));
        page.WaitForAssertion(() => Assert.Contains("Nobody has changed it", page.Markup, StringComparison.Ordinal));
        var opened = await kim.GetAsync("gemini-3.5-flash", CancellationToken.None);
        await kim.SaveAsync(opened.Entry with { MaxEpochs = 42 }, opened.Version, "", CancellationToken.None);

        await page.InvokeAsync(() => page.Find("input").Change("My name for it"));
        await PressAsync("Save");

        page.WaitForAssertion(() => Assert.Contains("Somebody else changed this model meanwhile", page.Markup, StringComparison.Ordinal));
        Assert.Contains("42", page.Find("[role=alert] ins").TextContent, StringComparison.Ordinal);
        Assert.Equal("My name for it", page.Find("input").GetAttribute("value"));
        await PressAsync("Save mine on top of it");
        page.WaitForAssertion(() => Assert.Contains("Change 2", page.Markup, StringComparison.Ordinal));
        var now = await kim.GetAsync("gemini-3.5-flash", CancellationToken.None);
        Assert.Equal(("My name for it", 42), (now.Entry.DisplayName, now.Entry.MaxEpochs));

        await PressAsync("Bring back how it began");
        page.WaitForAssertion(() => Assert.Contains("Back to how it stood after change 0", page.Markup, StringComparison.Ordinal));

        Task PressAsync(string text)
        {
            page.WaitForAssertion(() => Assert.False(Button(text).HasAttribute("disabled")));
            return page.InvokeAsync(() => Button(text).Click());
        }

        AngleSharp.Dom.IElement Button(string text) => page.FindAll("button").Single(b => b.TextContent.Trim() == text);
    }

    [Fact]
    public async Task Catalogue_ListsEveryModelAndWhatIsWrongStaysOnThePage()
    {
        await _rig.AsAdminAsync();
        await Services.GetRequiredService<CatalogueService>().SeedAsync(CancellationToken.None);
        var list = Render<CataloguePage>();
        list.WaitForAssertion(() => Assert.Equal(10, list.FindAll("tbody tr").Count));

        var page = Render<CatalogueModelPage>();
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("input")));
        await page.InvokeAsync(() => page.FindAll("button").Single(b => b.TextContent.Trim() is "Add to the catalogue").Click());
        page.WaitForAssertion(() => Assert.Contains("Id: use Google", page.Find("[role=alert]").TextContent, StringComparison.Ordinal));
    }

    private IRenderedComponent<CascadingValue<Task<AuthenticationState>>> Gate(ClaimsPrincipal person)
    {
        AddAuthorization().SetAuthorized(person.Identity?.Name ?? "");
        return Render<CascadingValue<Task<AuthenticationState>>>(p => p
            .Add(c => c.Value, Task.FromResult(new AuthenticationState(person)))
            .AddChildContent<TenantGate>(g => g
                .Add(t => t.Route, new RouteData(typeof(AdminPage), new Dictionary<string, object?> { ["Org"] = "northwind" }))
                .AddChildContent("<p>the customer's rows</p>")));
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _rig.Dispose();
    }
}
