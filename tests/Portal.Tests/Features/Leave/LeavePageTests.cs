using System.Security.Claims;
using Bunit;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using Portal.Features.Define;
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
        var page = Show();
        page.WaitForAssertion(() => Assert.Single(page.FindAll("button"), b => b.TextContent.Trim() is "Export organization"));

        await page.InvokeAsync(() => page.FindAll("button").Single(b => b.TextContent.Trim() is "Export organization").Click());
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

        var page = Show();

        page.WaitForAssertion(() => Assert.Contains($"You are {words} here", page.Markup, StringComparison.Ordinal));
        Assert.Empty(page.FindAll("button"));
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _rig.Dispose();
    }

    [Fact]
    public async Task Erase_OnThePage_TakesTheNameAndAFreshSignIn_AndCanBeTakenBack()
    {
        await EnterAsync(MemberRole.Owner);
        var stale = Show();
        stale.WaitForAssertion(() => Button(stale, "Erase organization…"));
        await stale.InvokeAsync(() => Button(stale, "Erase organization…").Click());
        stale.WaitForAssertion(() => Assert.Contains("sign in again", stale.Markup, StringComparison.Ordinal));
        Assert.True(stale.Find("form input").HasAttribute("disabled"));

        _session = await _rig.SignInAsync(_userId);
        var page = Show();
        page.WaitForAssertion(() => Button(page, "Erase organization…"));
        await page.InvokeAsync(() => Button(page, "Erase organization…").Click());
        page.WaitForElement("form input");
        await page.InvokeAsync(() => page.Find("form input").Input("Company"));
        page.WaitForAssertion(() => Assert.True(Button(page, "Erase in 7 days").HasAttribute("disabled")));
        await page.InvokeAsync(() => page.Find("form input").Input("Company own"));
        page.WaitForAssertion(() => Assert.False(Button(page, "Erase in 7 days").HasAttribute("disabled")));
        await page.InvokeAsync(() => page.Find("form").Submit());

        page.WaitForAssertion(() => Assert.Contains("This organization will be erased on 2026-12-02 09:00 UTC", page.Markup, StringComparison.Ordinal));
        // Until the act has come to its end, the button waits with it.
        page.WaitForAssertion(() => Assert.False(Button(page, "Keep the organization").HasAttribute("disabled")));
        await page.InvokeAsync(() => Button(page, "Keep the organization").Click());
        page.WaitForAssertion(() => Button(page, "Erase organization…"));
    }

    [Fact]
    public async Task Import_OnThePage_SaysWhatStandsInTheWay_OrShowsWhatIsInTheArchive()
    {
        var own = await EnterAsync(MemberRole.Owner);
        var empty = Show();
        empty.WaitForAssertion(() => Assert.NotNull(empty.Find("input[type=file][aria-label='Choose an archive']")));

        _session = await _rig.SignInAsync(_userId);
        var kit = new ImportKit(_rig, own, _userId);
        var import = await kit.UploadAsync(await kit.ExportAsync());
        Assert.True(import.State is ArchiveImportState.Ready, import.Failure);
        var page = Show();
        page.WaitForAssertion(() => Assert.False(Button(page, "Discard").HasAttribute("disabled")));
        Assert.Contains("Nobody is a member by the archive", page.Markup, StringComparison.Ordinal);
        await page.InvokeAsync(() => Button(page, "Discard").Click());
        page.WaitForAssertion(() => Assert.NotNull(page.Find("input[type=file][aria-label='Choose an archive']")));

        await _rig.ReadAsync(own, async db =>
        {
            var project = new Project { CreatedByUserId = _userId };
            project.Rename("Triage");
            db.Add(project);
            return await db.SaveChangesAsync(LeaveRig.Ct);
        });
        var full = Show();
        full.WaitForAssertion(() => Assert.Contains("here there is already: 1 project", full.Markup, StringComparison.Ordinal));
        Assert.Empty(full.FindAll("input[type=file]"));
    }

    private string _session = "none";
    private string _userId = "";

    private static AngleSharp.Dom.IElement Button(IRenderedComponent<LeavePage> page, string text) => page.FindAll("button").Single(b => b.TextContent.Trim() == text);

    private IRenderedComponent<LeavePage> Show() => Render<LeavePage>(p => p.Add(l => l.Org, "own").AddCascadingValue(Task.FromResult(
        new AuthenticationState(new ClaimsPrincipal(new ClaimsIdentity([new Claim(SessionClaims.SessionIdClaim, _session)], "test"))))));

    private async Task<string> EnterAsync(MemberRole role)
    {
        var own = await _rig.AddOrganizationAsync("own");
        _userId = await _rig.ReadAsync(own, db => db.Members.Where(m => m.TenantId == own).Select(m => m.UserId).SingleAsync());
        Services.GetRequiredService<CurrentMember>().Enter(
            new Membership(own, "Company own", "own", TenantKind.Customer, role),
            new ClaimsPrincipal(new ClaimsIdentity([new Claim(PortalClaims.UserId, _userId), new Claim("name", "Olivia")])));
        return own;
    }
}
