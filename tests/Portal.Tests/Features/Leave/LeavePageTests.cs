using System.Security.Claims;
using Bunit;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using Portal.Features.Leave;
using Portal.Features.Tenancy;
using Xunit;

namespace Portal.Tests.Features.Leave;

public sealed class LeavePageTests : BunitContext
{
    private readonly LeaveRig _rig = new();

    public LeavePageTests()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices(o => o.PopoverOptions.CheckForPopoverProvider = false);
        _rig.AddTo(Services);
    }

    [Fact]
    public async Task Export_OnThePage_IsWrittenAndOffered()
    {
        var own = await EnterAsync(MemberRole.Owner);
        var page = Render<LeavePage>(p => p.Add(l => l.Org, "own"));
        page.WaitForAssertion(() => Assert.Single(page.FindAll("button"), b => b.TextContent.Trim() is "Export organization"));

        page.FindAll("button").Single(b => b.TextContent.Trim() is "Export organization").Click();
        page.WaitForAssertion(() => Assert.Contains("Waiting for its turn", page.Markup, StringComparison.Ordinal));
        var job = _rig.Work.Enqueued.Single(j => j.Type == typeof(ExportWorker));
        await _rig.WorkAsync<ExportWorker>(w => w.RunAsync(own, (string)job.Args[1], LeaveRig.Ct));
        _rig.Time.Advance(TimeSpan.FromSeconds(1));

        page.WaitForAssertion(() => Assert.Contains("Ready for 7 days more", page.Markup, StringComparison.Ordinal));
        Assert.Equal($"/o/own/api/exports/{job.Args[1]}/archive.zip", page.Find("a[download]").GetAttribute("href"));
    }

    [Theory]
    [InlineData(MemberRole.Admin, "an admin")]
    [InlineData(MemberRole.Viewer, "a viewer")]
    public async Task Page_OfOthersThanOwners_SaysThatItTakesAnOwner(MemberRole role, string words)
    {
        await EnterAsync(role);

        var page = Render<LeavePage>(p => p.Add(l => l.Org, "own"));

        page.WaitForAssertion(() => Assert.Contains($"You are {words} here", page.Markup, StringComparison.Ordinal));
        Assert.Empty(page.FindAll("button"));
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _rig.Dispose();
    }

    private async Task<string> EnterAsync(MemberRole role)
    {
        var own = await _rig.AddOrganizationAsync("own");
        Services.GetRequiredService<CurrentMember>().Enter(
            new Membership(own, "Own", "own", TenantKind.Customer, role),
            new ClaimsPrincipal(new ClaimsIdentity([new Claim(PortalClaims.UserId, "usr_1"), new Claim("name", "Olivia")])));
        return own;
    }
}
