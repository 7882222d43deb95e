using System.Security.Claims;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using Portal.Components;
using Portal.Features.Admin;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Shell;
using Xunit;

namespace Portal.Tests.Features.Admin;

public sealed class AnnouncementTests : BunitContext
{
    private static readonly CancellationToken s_ct = Xunit.TestContext.Current.CancellationToken;

    private readonly AdminRig _rig = new();

    public AnnouncementTests()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices(o => o.PopoverOptions.CheckForPopoverProvider = false);
        _rig.AddTo(Services);
    }

    [Fact]
    public async Task Announcement_Published_ReachesAnOpenPageAndStaysDismissedForThatPersonAlone()
    {
        var (olivia, erik) = (await _rig.SignInAsync("olivia", "northwind"), await _rig.SignInAsync("erik", "northwind"));
        var pat = await _rig.AsAdminAsync();
        var (page, other) = (Bar(olivia), Bar(erik));
        Assert.DoesNotContain("Dismiss", page.Markup + other.Markup, StringComparison.Ordinal);

        await PublishAsync(pat, "Maintenance <b>tonight</b> from 22:00 UTC.", AnnouncementSeverity.Warning);
        _rig.Time.Advance(TimeSpan.FromSeconds(21));

        page.WaitForAssertion(() => Assert.Contains("Maintenance &lt;b&gt;tonight&lt;/b&gt; from 22:00 UTC.", page.Markup, StringComparison.Ordinal));
        other.WaitForAssertion(() => Assert.Single(other.FindAll("button")));
        await page.InvokeAsync(() => page.Find("button").Click());
        page.WaitForAssertion(() => Assert.Empty(page.FindAll("button")));
        var (again, stillThere) = (Bar(olivia), Bar(erik));
        stillThere.WaitForAssertion(() => Assert.Single(stillThere.FindAll("button")));
        Assert.Empty(again.FindAll("button"));

        await pat.GetRequiredService<PlatformWork>().ActAsync(
            PlatformLog.Id, async s => await s.GetRequiredService<AnnouncementService>().WithdrawAsync((await s.GetRequiredService<AnnouncementService>().ListAsync(s_ct)).Single().Id, s_ct), s_ct);
        _rig.Time.Advance(TimeSpan.FromSeconds(21));
        stillThere.WaitForAssertion(() => Assert.Empty(stillThere.FindAll("button")));
        Assert.Equal(["announcement.published", "announcement.withdrawn"], (await _rig.LogAsync(PlatformLog.Id)).Select(e => e.Action));
    }

    [Fact]
    public async Task Board_HoweverManyAsk_ReadsOnceInAWhileAndKeepsToTimeAndAudience()
    {
        var pat = await _rig.AsAdminAsync();
        var board = Services.GetRequiredService<AnnouncementBoard>();
        Assert.Empty(await board.CurrentAsync(s_ct));
        await PublishAsync(pat, "Prices change in December.", AnnouncementSeverity.Notice, AnnouncementAudience.Consultancies);
        await PublishAsync(pat, "Maintenance in an hour.", AnnouncementSeverity.Urgent, from: TimeSpan.FromHours(1));

        // Nobody reads again so soon, however often it is asked.
        Assert.Empty(await board.CurrentAsync(s_ct));
        _rig.Time.Advance(TimeSpan.FromSeconds(15));
        var now = Assert.Single(await board.CurrentAsync(s_ct));
        Assert.Equal((true, false, false), (now.IsFor([TenantKind.Consultancy]), now.IsFor([TenantKind.Customer]), now.IsFor([])));
        _rig.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(["Maintenance in an hour.", "Prices change in December."], (await board.CurrentAsync(s_ct)).Select(a => a.Text));
        _rig.Time.Advance(TimeSpan.FromDays(3));
        Assert.Empty(await board.CurrentAsync(s_ct));
    }

    [Theory]
    [InlineData("too short", 0, 1)]
    [InlineData("It ends before it begins.", 2, 1)]
    [InlineData("It ended in the past.", -5, -1)]
    [InlineData("It lasts for ever.", 0, 24_000)]
    public async Task Publish_OfWhatCannotStand_IsRefused(string text, int fromHours, int untilHours)
    {
        var pat = await _rig.AsAdminAsync();

        await Assert.ThrowsAsync<PortalException>(() => pat.GetRequiredService<PlatformWork>().ActAsync(
            PlatformLog.Id,
            s => s.GetRequiredService<AnnouncementService>().PublishAsync(
                new AnnouncementDraft(AnnouncementSeverity.Notice, text, AnnouncementAudience.Everybody, _rig.Now.AddHours(fromHours), _rig.Now.AddHours(untilHours)), s_ct),
            s_ct));
        Assert.Empty(await _rig.LogAsync(PlatformLog.Id));
    }

    [Fact]
    public async Task List_OfMany_BeginsWithThoseThatStillHold()
    {
        var pat = await _rig.AsAdminAsync();
        await PublishAsync(pat, "It holds, and is the oldest.", AnnouncementSeverity.Notice);
        await using (var db = _rig.Database.CreateDbContextFor(new TenantScope()))
        {
            db.Announcements.AddRange(Enumerable.Range(1, 60).Select(i => new Announcement
            {
                Severity = AnnouncementSeverity.Notice, Audience = AnnouncementAudience.Everybody, Text = $"It is over, number {i}.", FromAt = _rig.Now.AddDays(-9), UntilAt = _rig.Now.AddDays(-8), CreatedAt = _rig.Now.AddSeconds(i),
            }));
            await db.SaveChangesAsync();
        }

        var listed = await pat.GetRequiredService<PlatformWork>().ActAsync(PlatformLog.Id, s => s.GetRequiredService<AnnouncementService>().ListAsync(s_ct), s_ct);
        Assert.Equal(["It holds, and is the oldest.", "It is over, number 60.", "It is over, number 59."], listed.Take(3).Select(a => a.Text));
    }

    [Fact]
    public async Task Publish_ByAnybodyElse_FindsNothing()
    {
        var olivia = await _rig.SignInAsync("olivia", "northwind");
        var pat = await _rig.AsAdminAsync();
        _rig.Seat.User = olivia;

        await Assert.ThrowsAsync<NotFoundException>(() => PublishAsync(pat, "Not mine to announce.", AnnouncementSeverity.Notice));
        await using var circuit = _rig.Circuit();
        await Assert.ThrowsAsync<InvalidOperationException>(() => circuit.ServiceProvider.GetRequiredService<AnnouncementService>().ListAsync(s_ct));
    }

    [Fact]
    public async Task Page_PublishesAndListsIt()
    {
        await _rig.AsAdminAsync();
        var page = Render<AnnouncementsPage>();
        page.WaitForAssertion(() => Assert.Contains("Nothing was announced yet", page.Markup, StringComparison.Ordinal));

        await page.InvokeAsync(() => page.Find("textarea:not([aria-hidden])").Input("Maintenance tonight from 22:00 UTC."));
        page.WaitForAssertion(() => Assert.False(page.Find("button[type=submit]").HasAttribute("disabled")));
        await page.InvokeAsync(() => page.Find("form").Submit());

        page.WaitForAssertion(() => Assert.Contains("Shown now", page.Markup, StringComparison.Ordinal));
        Assert.Contains("Maintenance tonight from 22:00 UTC.", page.Find(".announcements").TextContent, StringComparison.Ordinal);
    }

    private Task PublishAsync(
        IServiceProvider admin, string text, AnnouncementSeverity severity, AnnouncementAudience audience = AnnouncementAudience.Everybody, TimeSpan from = default) =>
        admin.GetRequiredService<PlatformWork>().ActAsync(
            PlatformLog.Id,
            s => s.GetRequiredService<AnnouncementService>().PublishAsync(new AnnouncementDraft(severity, text, audience, _rig.Now + from, _rig.Now.AddDays(2)), s_ct),
            s_ct);

    /// <summary>Once it looks by itself.</summary>
    private IRenderedComponent<CascadingValue<Task<AuthenticationState>>> Bar(ClaimsPrincipal person)
    {
        var bar = Render<CascadingValue<Task<AuthenticationState>>>(p => p.Add(c => c.Value, Task.FromResult(new AuthenticationState(person))).AddChildContent<AnnouncementBar>());
        bar.WaitForAssertion(() => Assert.Single(bar.FindComponents<LiveRefresh>()));
        return bar;
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _rig.Dispose();
    }
}
