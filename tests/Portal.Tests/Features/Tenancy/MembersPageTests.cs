using System.Security.Claims;
using Bunit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using MudBlazor.Services;
using Portal.Components;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Features.Tenancy;

public sealed class MembersPageTests : BunitContext
{
    private readonly MembersRig _rig = new();

    public MembersPageTests()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices(o => o.PopoverOptions.CheckForPopoverProvider = false);
        _rig.AddTo(Services);
    }

    [Fact]
    public async Task Page_OfTheOnlyOwner_ShowsEverybodyAndKeepsTheOwner()
    {
        await EnterAsync(MemberRole.Owner);
        await _rig.AddAsync("=cmd()", MemberRole.Viewer);

        var page = Render<MembersPage>(p => p.Add(m => m.Org, "northwind"));

        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("tbody tr").Count));
        Assert.Contains("me (you)", page.FindAll("tbody tr")[0].TextContent, StringComparison.Ordinal);
        Assert.Contains("The only owner", page.FindAll("tbody tr")[0].TextContent, StringComparison.Ordinal);
        Assert.True(page.FindAll("button").Single(b => b.TextContent.Trim() is "Leave").HasAttribute("disabled"));
        Assert.Contains("Nobody is invited", page.Markup, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4, MemberRole.Owner, "")]
    [InlineData(6, MemberRole.Owner, "6 of 10 members · Plan")]
    [InlineData(10, MemberRole.Billing, "10 of 10 members · Upgrade")]
    [InlineData(10, MemberRole.Editor, "10 of 10 members")]
    public async Task Page_NearTheLimitOfThePlan_SaysHowManyAndLeadsToThePlanWhoMaySeeIt(long used, MemberRole role, string text)
    {
        Services.AddSingleton<IPlanLimits>(new Ten(used));
        await EnterAsync(role);

        var page = Render<MembersPage>(p => p.Add(m => m.Org, "northwind"));

        page.WaitForElement("table");
        var note = string.Concat(page.FindComponents<LimitNote>().Select(n => n.Find("p").TextContent));
        Assert.Equal(text, string.Join(' ', note.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact]
    public async Task ChangeRole_OnThePage_ChangesIt()
    {
        await EnterAsync(MemberRole.Owner);
        await _rig.AddAsync("erik", MemberRole.Viewer);
        var page = Render<MembersPage>(p => p.Add(m => m.Org, "northwind"));
        page.WaitForAssertion(() => Assert.Single(page.FindComponents<MudSelect<MemberRole>>()));

        await page.InvokeAsync(() => page.FindComponent<MudSelect<MemberRole>>().Instance.ValueChanged.InvokeAsync(MemberRole.Admin));

        Assert.Contains(MemberRole.Admin, await _rig.RolesAsync());
    }

    [Fact]
    public async Task Invite_OnThePage_ShowsTheLinkOnceAndTheOpenInvitation()
    {
        await EnterAsync(MemberRole.Owner);
        var dialogs = Render<MudDialogProvider>();
        var page = Render<MembersPage>(p => p.Add(m => m.Org, "northwind"));
        page.WaitForAssertion(() => Assert.Single(page.FindAll("button"), b => b.TextContent.Trim() is "Invite somebody"));
        await page.InvokeAsync(() => page.FindAll("button").Single(b => b.TextContent.Trim() is "Invite somebody").Click());

        page.WaitForElement("input[type=email]");
        await page.InvokeAsync(() => page.Find("input[type=email]").Input("nina@example.com"));
        await page.InvokeAsync(() => page.Find("form").Submit());

        page.WaitForAssertion(() => Assert.Contains("nina@example.com", page.FindAll("table")[1].TextContent, StringComparison.Ordinal));
        dialogs.WaitForAssertion(() => Assert.Contains("/invitations/", dialogs.Markup, StringComparison.Ordinal));
        Assert.Equal(1, await _rig.ReadAsync(db => db.Invitations.CountAsync()));
    }

    [Fact]
    public async Task Page_OfAReviewer_ShowsThemselvesAlone()
    {
        await _rig.AddAsync("olivia", MemberRole.Owner);
        await EnterAsync(MemberRole.Reviewer);

        var page = Render<MembersPage>(p => p.Add(m => m.Org, "northwind"));

        page.WaitForAssertion(() => Assert.Single(page.FindAll("tbody tr")));
        Assert.DoesNotContain("olivia", page.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain("Invite somebody", page.Markup, StringComparison.Ordinal);
        Assert.Contains("Leave", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Permissions_OfAnEditor_StandAsInTheTableWithTheirOwnColumnMarked()
    {
        await EnterAsync(MemberRole.Editor);

        var page = Render<PermissionsPage>(p => p.Add(m => m.Org, "northwind"));

        page.WaitForAssertion(() => Assert.Equal(Enum.GetValues<Permission>().Length, page.FindAll("tbody tr").Count));
        Assert.Equal("Editor (you)", Assert.Single(page.FindAll("thead th.own")).TextContent);
        Assert.Equal(
            Enum.GetValues<Permission>().Select(p => Permissions.Of(MemberRole.Editor).Contains(p)),
            page.FindAll("tbody td.own").Select(cell => cell.TextContent.Contains("yes", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Invitation_ForSomebodyElse_SaysNothingOfIt()
    {
        var inside = await _rig.EnterAsync(await _rig.AddAsync("olivia", MemberRole.Owner));
        var issued = await inside.Invitations.InviteAsync("nina@example.com", MemberRole.Admin, MembersRig.Portal, CancellationToken.None);
        var (eve, nina) = (await _rig.AddAsync("eve"), await _rig.AddAsync("nina"));

        var refused = Invitation(eve, MembersRig.TokenOf(issued));
        var unknown = Invitation(eve, new string('x', 43));
        Assert.Contains("This invitation cannot be used", refused.Markup, StringComparison.Ordinal);
        Assert.Equal(TextOf(unknown), TextOf(refused));
        Assert.DoesNotContain("northwind", refused.Markup, StringComparison.Ordinal);

        var meant = Invitation(nina, MembersRig.TokenOf(issued));
        Assert.Contains("Join northwind", meant.Markup, StringComparison.Ordinal);
        await meant.InvokeAsync(() => meant.FindAll("button").Single(b => b.TextContent.Trim() is "Join").Click());
        meant.WaitForAssertion(() => Assert.EndsWith("/o/northwind", Services.GetRequiredService<Microsoft.AspNetCore.Components.NavigationManager>().Uri, StringComparison.Ordinal));
        Assert.Contains(MemberRole.Admin, await _rig.RolesAsync());
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _rig.Dispose();
    }

    private static string TextOf(IRenderedComponent<InvitationPage> page) => string.Concat(page.Nodes.Select(node => node.TextContent));

    private IRenderedComponent<InvitationPage> Invitation(Person person, string token)
    {
        var state = Task.FromResult(new Microsoft.AspNetCore.Components.Authorization.AuthenticationState(new ClaimsPrincipal(new ClaimsIdentity(
            [.. person.Principal.Claims, new Claim("email", $"{person.Name}@example.com")], "test"))));
        var page = Render<InvitationPage>(p => p.Add(i => i.Token, token).AddCascadingValue(state));
        page.WaitForState(() => page.Instance.Face is Portal.Components.PageFace.Content);
        return page;
    }

    private async Task EnterAsync(MemberRole role)
    {
        var me = await _rig.AddAsync("me", role);
        Assert.True(await Services.GetRequiredService<MemberGate>().EnterAsync(me.Principal, "northwind", "", CancellationToken.None));
    }

    private sealed class Ten(long used) : IPlanLimits
    {
        public Task RequireRoomAsync(PortalDbContext db, Limit limit, CancellationToken ct) => Task.CompletedTask;

        public Task<LimitUse> UseAsync(Limit limit, CancellationToken ct) => Task.FromResult(new LimitUse(limit, used, 10));

        public Task<LimitUse> UseAsync(PortalDbContext db, Limit limit, CancellationToken ct) => UseAsync(limit, ct);
    }
}
