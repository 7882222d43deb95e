using System.Security.Claims;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using Portal.Components;
using Portal.Features.Admin;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Shell;
using Xunit;

namespace Portal.Tests.Features.Admin;

public sealed class BreakGlassTests : BunitContext
{
    private const string Reason = "Request 4711: the evaluation page stays empty.";

    private static readonly CancellationToken s_ct = Xunit.TestContext.Current.CancellationToken;

    private readonly AdminRig _rig = new();

    public BreakGlassTests()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices(o => o.PopoverOptions.CheckForPopoverProvider = false);
        _rig.AddTo(Services);
    }

    [Fact]
    public async Task Visit_FromBeginningToEnd_LooksAsTheSubjectAndIsTold()
    {
        var (olivia, victor) = (await _rig.SignInAsync("olivia", "northwind"), await _rig.SignInAsync("victor", "northwind", MemberRole.Viewer));
        var tenant = await _rig.AddTenantAsync("northwind");
        var pat = await _rig.AsAdminAsync();
        await using var outside = _rig.Circuit();
        Assert.False(await outside.ServiceProvider.GetRequiredService<MemberGate>().EnterAsync(_rig.Seat.User, "northwind", "", s_ct));

        Assert.Equal("northwind", await BeginAsync(pat, tenant));

        await using var circuit = await EnterAsync(_rig.Seat.User);
        var (visit, gate) = (circuit.ServiceProvider.GetRequiredService<CurrentMember>(), circuit.ServiceProvider.GetRequiredService<MemberGate>());
        Assert.Equal((AccessKind.BreakGlass, "victor", _rig.Now.AddMinutes(30)), (visit.Membership.Access.Kind, visit.Membership.Access.SubjectName, visit.Membership.Access.Until));
        Assert.True(visit.Membership.Access.Permissions.SetEquals([Permission.ViewProjects, Permission.ReadRows, Permission.ViewMembers, Permission.ViewConnection]));
        Assert.Empty(await circuit.ServiceProvider.GetRequiredService<ProjectService>().ListAsync(s_ct));
        await circuit.ServiceProvider.GetRequiredService<BreakGlassService>().LookedAsync("/o/northwind/members", null, s_ct);

        await using var owner = await EnterAsync(olivia);
        Assert.Equal((Reason, "pat"), Assert.Single(await owner.ServiceProvider.GetRequiredService<BreakGlassService>().NoticesAsync(s_ct)) is var notice ? (notice.Reason, notice.AdminName) : default);
        await using var viewer = await EnterAsync(victor);
        Assert.Empty(await viewer.ServiceProvider.GetRequiredService<BreakGlassService>().NoticesAsync(s_ct));
        Assert.Equal("olivia@example.com", (await _rig.ReadAsync(tenant, db => db.OutgoingMails.SingleAsync())).Recipient);

        await circuit.ServiceProvider.GetRequiredService<BreakGlassService>().LeaveAsync(s_ct);
        await _rig.TellAsync();

        _rig.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.True((await Assert.ThrowsAsync<AccessChangedException>(() => circuit.ServiceProvider.GetRequiredService<ProjectService>().ListAsync(s_ct))).Ended);
        Assert.Equal(GateState.Closed, await gate.CheckAsync(s_ct));
        var log = await _rig.LogAsync(tenant);
        Assert.Equal(["break-glass.began", "break-glass.looked", "break-glass.ended"], log.Select(e => e.Action));
        Assert.All(log, e =>
        {
            Assert.Equal(("pat", _rig.Seat.User.PortalUserId()), (e.ActorName, e.ActorId));
            Assert.Equal($"break-glass as victor ({victor.PortalUserId()}): {Reason}", e.Via);
        });
        var told = await _rig.LogAsync(PlatformLog.Id);
        Assert.Equal(["break-glass.began", "break-glass.ended"], told.Select(e => e.Action));
        Assert.All(told, e => Assert.Contains(victor.PortalUserId() ?? "?", e.Details, StringComparison.Ordinal));
        // It is over, and still told of: nobody misses a short one.
        Assert.Single(await owner.ServiceProvider.GetRequiredService<BreakGlassService>().NoticesAsync(s_ct));
    }

    [Fact]
    public async Task Visit_ChangesNothing_WhateverItAsksFor()
    {
        await _rig.SignInAsync("victor", "northwind", MemberRole.Owner);
        var tenant = await _rig.AddTenantAsync("northwind");
        await BeginAsync(await _rig.AsAdminAsync(), tenant);
        await _rig.ReadAsync(tenant, async db => db.Add(new Project { CreatedByUserId = "usr_1", CreatedAt = _rig.Now }) is not null ? await db.SaveChangesAsync() : 0);
        await using var circuit = await EnterAsync(_rig.Seat.User);
        var (current, services) = (circuit.ServiceProvider.GetRequiredService<CurrentMember>(), circuit.ServiceProvider);

        // In the place of an owner, who may do everything, only the verbs that look are left.
        Permission[] looking = [Permission.ViewProjects, Permission.ReadRows, Permission.ViewMembers, Permission.ViewConnection, Permission.ViewBilling];
        foreach (var verb in Enum.GetValues<Permission>())
        {
            Assert.Equal(looking.Contains(verb), current.May(verb));
            if (!looking.Contains(verb))
            {
                Assert.Equal(verb, Assert.Throws<ForbiddenException>(() => current.Require(verb)).Permission);
            }
        }

        await Assert.ThrowsAsync<ForbiddenException>(() => services.GetRequiredService<AuditService>().BeginExportAsync(new AuditFilter(), s_ct));
        var dbs = services.GetRequiredService<IDbContextFactory<PortalDbContext>>();
        // And should a service ever forget to ask, its context refuses.
        await RefusedAsync(async db => db.Add(new Project { CreatedByUserId = "usr_1", CreatedAt = _rig.Now }) is not null ? await db.SaveChangesAsync(s_ct) : 0);
        await RefusedAsync(async db => db.Remove(await db.Projects.SingleAsync(s_ct)) is not null ? await db.SaveChangesAsync(s_ct) : 0);
        await RefusedAsync(db => db.Projects.ExecuteDeleteAsync(s_ct));
        await RefusedAsync(db => db.Projects.ExecuteUpdateAsync(set => set.SetProperty(p => p.CreatedAt, _rig.Now.AddDays(1)), s_ct));
        await RefusedAsync(db => db.Members.ExecuteDeleteAsync(s_ct));
        await RefusedAsync(db => db.BreakGlassVisits.ExecuteUpdateAsync(set => set.SetProperty(v => v.EndsAt, _rig.Now.AddDays(1)), s_ct));
        await services.GetRequiredService<AuditService>().DeniedAsync(Permission.DefineTask, "/o/northwind", s_ct);

        Assert.Equal(1, await _rig.ReadAsync(tenant, db => db.Projects.CountAsync()));
        var denied = (await _rig.LogAsync(tenant))[^1];
        Assert.Equal(("access.denied", "pat"), (denied.Action, denied.ActorName));
        Assert.StartsWith("break-glass as victor", denied.Via, StringComparison.Ordinal);
        // What a worker would ask before it begins something in this admin's name.
        Assert.Null(await services.GetRequiredService<TenancyService>().FindMembershipInAsync(_rig.Seat.User.PortalUserId() ?? "", tenant, s_ct));

        async Task RefusedAsync(Func<PortalDbContext, Task<int>> change)
        {
            await using var db = await dbs.CreateDbContextAsync(s_ct);
            await Assert.ThrowsAsync<OnlyReadsException>(() => change(db));
        }
    }

    [Fact]
    public async Task Visit_EndsByTheClockAndIsWrittenDownOnce()
    {
        await _rig.SignInAsync("victor", "northwind", MemberRole.Viewer);
        var tenant = await _rig.AddTenantAsync("northwind");
        await BeginAsync(await _rig.AsAdminAsync(), tenant);
        await using var circuit = await EnterAsync(_rig.Seat.User);
        _rig.Time.Advance(TimeSpan.FromMinutes(30) - TimeSpan.FromSeconds(1));
        Assert.Equal(GateState.Open, await circuit.ServiceProvider.GetRequiredService<MemberGate>().CheckAsync(s_ct));
        Assert.Equal(0, await SweepAsync());

        _rig.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(GateState.Closed, await circuit.ServiceProvider.GetRequiredService<MemberGate>().CheckAsync(s_ct));
        await using var again = _rig.Circuit();
        Assert.False(await again.ServiceProvider.GetRequiredService<MemberGate>().EnterAsync(_rig.Seat.User, "northwind", "", s_ct));
        Assert.Equal(1, await SweepAsync());
        await WorkAsync();
        var ended = Assert.Single(await _rig.LogAsync(tenant), e => e.Action is "break-glass.ended");
        Assert.Contains("pat in the place of usr_", ended.Details, StringComparison.Ordinal);
        Assert.Contains("half hour was over", ended.Details, StringComparison.Ordinal);
        Assert.Equal("Portal", ended.ActorName);
        Assert.StartsWith("break-glass as victor", ended.Via, StringComparison.Ordinal);
        Assert.Equal(0, await SweepAsync());
    }

    [Theory]
    [InlineData("session", "session had ended")]
    [InlineData("admin", "right to it was gone")]
    [InlineData("subject", "right to it was gone")]
    public async Task Visit_WithoutWhatItStandsOn_IsOver(string gone, string why)
    {
        var victor = await _rig.SignInAsync("victor", "northwind", MemberRole.Viewer);
        var tenant = await _rig.AddTenantAsync("northwind");
        var pat = await _rig.AsAdminAsync();
        await BeginAsync(pat, tenant);
        await using var circuit = await EnterAsync(_rig.Seat.User);

        var (patId, victorId) = (_rig.Seat.User.PortalUserId() ?? "", victor.PortalUserId());
        await using (var db = _rig.Database.CreateDbContextFor(new TenantScope()))
        {
            _ = gone switch
            {
                "admin" => await db.Users.Where(u => u.Id == patId).ExecuteUpdateAsync(set => set.SetProperty(u => u.IsPlatformAdmin, false), s_ct),
                "subject" => await db.Members.Where(m => m.UserId == victorId).ExecuteDeleteAsync(s_ct),
                _ => 0,
            };
        }

        if (gone is "session")
        {
            await pat.GetRequiredService<SessionService>().EndAsync(patId, _rig.Seat.User.SessionId() ?? "", s_ct);
        }

        _rig.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.True((await Assert.ThrowsAsync<AccessChangedException>(() => circuit.ServiceProvider.GetRequiredService<ProjectService>().ListAsync(s_ct))).Ended);
        Assert.Equal(1, await SweepAsync());
        await WorkAsync();
        Assert.Contains(why, (await _rig.LogAsync(tenant))[^1].Details, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Begin_WithoutWhatItNeeds_IsRefused()
    {
        await _rig.SignInAsync("victor", "northwind", MemberRole.Viewer);
        var (tenant, olivia) = (await _rig.AddTenantAsync("northwind"), await _rig.SignInAsync("olivia", "northwind"));
        var pat = await _rig.AsAdminAsync();

        await RefusedAsync("Say why", reason: "because I can");
        await RefusedAsync("No member", email: "nobody@example.com");
        await RefusedAsync("No member", email: "");
        await RefusedAsync("signed in within", sessionId: "ses_of_nobody");
        await RefusedAsync("signed in within", sessionId: olivia.SessionId());
        await BeginAsync(pat, tenant);
        await RefusedAsync("already");

        // The visit is of one session: another browser of the same admin has none.
        var sessions = pat.GetRequiredService<SessionService>();
        var other = await sessions.FindAsync(await sessions.OpenAsync(new SessionStart(_rig.Seat.User.PortalUserId() ?? "", "https://id.example", null, null, "", "", "10.0.0.8", "test"), s_ct), s_ct);
        var elsewhere = new ClaimsPrincipal(new ClaimsIdentity([new Claim(PortalClaims.UserId, other?.UserId ?? ""), new Claim(SessionClaims.SessionIdClaim, other?.Id ?? "")], "test"));
        await using (var circuit = _rig.Circuit())
        {
            Assert.False(await circuit.ServiceProvider.GetRequiredService<MemberGate>().EnterAsync(elsewhere, "northwind", "", s_ct));
        }

        var kim = await _rig.AsAdminAsync("kim");
        _rig.Time.Advance(TimeSpan.FromMinutes(11));
        pat = kim;
        await RefusedAsync("signed in within");

        _rig.Seat.User = olivia;
        await Assert.ThrowsAsync<NotFoundException>(() => BeginAsync(kim, tenant));
        await using var own = await EnterAsync(olivia);
        await Assert.ThrowsAsync<InvalidOperationException>(() => own.ServiceProvider.GetRequiredService<BreakGlassService>().BeginAsync(new BreakGlassRequest("victor@example.com", Reason, olivia.SessionId()), s_ct));
        Assert.Single(await _rig.LogAsync(tenant));

        async Task RefusedAsync(string words, string email = "victor@example.com", string reason = Reason, string? sessionId = null) =>
            Assert.Contains(words, (await Assert.ThrowsAsync<PortalException>(() => BeginAsync(pat, tenant, email, reason, sessionId))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Visit_OfASuspendedOrganization_IsLetInAndOfOneThatIsErasedIsNot()
    {
        await _rig.SignInAsync("victor", "northwind", MemberRole.Viewer);
        var tenant = await _rig.AddTenantAsync("northwind");
        var pat = await _rig.AsAdminAsync();
        await AdminRig.SuspendAsync(pat, tenant, "northwind");
        await BeginAsync(pat, tenant);
        await using var circuit = await EnterAsync(_rig.Seat.User);

        await using (var db = _rig.Database.CreateDbContextFor(new TenantScope()))
        {
            (await db.Tenants.SingleAsync(s_ct)).Close(_rig.Now);
            await db.SaveChangesAsync(s_ct);
        }

        Assert.Equal(GateState.Closed, await circuit.ServiceProvider.GetRequiredService<MemberGate>().CheckAsync(s_ct));
        await Assert.ThrowsAsync<NotFoundException>(async () => await BeginAsync(await _rig.AsAdminAsync("kim"), tenant));
    }

    [Fact]
    public async Task Bar_OfTheVisitor_CountsDownAndEndsTheVisit()
    {
        await _rig.SignInAsync("victor", "northwind", MemberRole.Viewer);
        var tenant = await _rig.AddTenantAsync("northwind", "Northwind");
        await BeginAsync(await _rig.AsAdminAsync(), tenant);
        Assert.True(await Services.GetRequiredService<MemberGate>().EnterAsync(_rig.Seat.User, "northwind", "", s_ct));
        var bar = Render<BreakGlassBar>();
        bar.WaitForAssertion(() => Assert.Equal("30:00", bar.Find("[role=timer]").TextContent));

        _rig.Time.Advance(TimeSpan.FromSeconds(61));
        bar.WaitForAssertion(() => Assert.Equal("28:59", bar.Find("[role=timer]").TextContent));
        await bar.InvokeAsync(() => bar.Find("button").Click());

        var navigation = Services.GetRequiredService<NavigationManager>();
        bar.WaitForAssertion(() => Assert.EndsWith(PortalUrls.AdminTenant(tenant), navigation.Uri, StringComparison.Ordinal));
        Assert.Equal("break-glass.ended", (await _rig.LogAsync(tenant))[^1].Action);
    }

    [Fact]
    public async Task Bar_OfAnOwner_TellsOfAVisitWithinAMinute()
    {
        var olivia = await _rig.SignInAsync("olivia", "northwind");
        await _rig.SignInAsync("victor", "northwind", MemberRole.Viewer);
        var tenant = await _rig.AddTenantAsync("northwind");
        Assert.True(await Services.GetRequiredService<MemberGate>().EnterAsync(olivia, "northwind", "", s_ct));
        var bar = Render<BreakGlassBar>();
        bar.WaitForAssertion(() => Assert.Single(bar.FindComponents<LiveRefresh>()));
        Assert.Empty(bar.FindAll(".break-glass"));

        await BeginAsync(await _rig.AsAdminAsync(), tenant, reason: "Request <b>4711</b>: the page stays empty.");
        _rig.Time.Advance(TimeSpan.FromSeconds(21));

        bar.WaitForAssertion(() => Assert.Contains("Request &lt;b&gt;4711&lt;/b&gt;: the page stays empty.", bar.Markup, StringComparison.Ordinal));
        Assert.Contains("pat", bar.Markup, StringComparison.Ordinal);
        Assert.Empty(bar.FindAll("button"));
    }

    [Fact]
    public async Task Gate_OfAVisit_WritesEachPageDownBeforeItIsShown()
    {
        await _rig.SignInAsync("victor", "northwind", MemberRole.Viewer);
        var tenant = await _rig.AddTenantAsync("northwind");
        await BeginAsync(await _rig.AsAdminAsync(), tenant);
        Services.GetRequiredService<NavigationManager>().NavigateTo("/o/northwind/projects/prj_1/data?tab=rows");
        var route = new RouteData(typeof(AdminPage), new Dictionary<string, object?> { ["Org"] = "northwind", ["ProjectId"] = "prj_1" });
        var gate = Render<CascadingValue<Task<AuthenticationState>>>(p => p
            .Add(c => c.Value, Task.FromResult(new AuthenticationState(_rig.Seat.User)))
            .AddChildContent<TenantGate>(g => g.Add(t => t.Route, route).AddChildContent("<p>the customer's rows</p>")));

        gate.WaitForAssertion(() => Assert.Contains("the customer's rows", gate.Markup, StringComparison.Ordinal));

        var looked = (await _rig.LogAsync(tenant))[^1];
        Assert.Equal(("break-glass.looked", "/o/northwind/projects/prj_1/data?tab=rows", "prj_1", "pat"), (looked.Action, looked.TargetName, looked.ProjectId, looked.ActorName));
        Assert.StartsWith("break-glass as victor", looked.Via, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_AsksWhyAndInWhosePlaceAndGoesIn()
    {
        await _rig.SignInAsync("victor", "northwind", MemberRole.Viewer);
        var tenant = await _rig.AddTenantAsync("northwind");
        await _rig.AsAdminAsync();
        var page = Render<TenantPage>(p => p.Add(t => t.TenantId, tenant));
        page.WaitForAssertion(() => Assert.Single(page.FindAll("button"), b => b.TextContent.Trim() is "Look inside…"));
        await page.InvokeAsync(() => page.FindAll("button").Single(b => b.TextContent.Trim() is "Look inside…").Click());

        page.WaitForAssertion(() => Assert.True(Submit().HasAttribute("disabled")));
        await page.InvokeAsync(() => page.Find("input[type=email]").Input("victor@example.com"));
        await page.InvokeAsync(() => page.Find("textarea:not([aria-hidden])").Input(Reason));
        page.WaitForAssertion(() => Assert.False(Submit().HasAttribute("disabled")));
        await page.InvokeAsync(() => page.Find("form").Submit());

        var navigation = Services.GetRequiredService<NavigationManager>();
        page.WaitForAssertion(() => Assert.EndsWith("/o/northwind", navigation.Uri, StringComparison.Ordinal));

        AngleSharp.Dom.IElement Submit() => page.Find("button[type=submit]");
    }

    private Task<string> BeginAsync(IServiceProvider admin, string tenant, string email = "victor@example.com", string reason = Reason, string? sessionId = null) =>
        admin.GetRequiredService<PlatformWork>().ActAsync(
            tenant, s => s.GetRequiredService<BreakGlassService>().BeginAsync(new BreakGlassRequest(email, reason, sessionId ?? _rig.Seat.User.SessionId()), s_ct), s_ct);

    private async Task<AsyncServiceScope> EnterAsync(ClaimsPrincipal person)
    {
        var circuit = _rig.Circuit();
        Assert.True(await circuit.ServiceProvider.GetRequiredService<MemberGate>().EnterAsync(person, "northwind", "10.0.0.7", s_ct));
        return circuit;
    }

    private async Task<int> SweepAsync()
    {
        await using var db = _rig.Database.For(null).CreateDbContext();
        return await new BreakGlassSweep(_rig.Work).EnqueueLostAsync(db, _rig.Now, s_ct);
    }

    /// <summary>Each step twice: workers may run again at any time.</summary>
    private async Task WorkAsync()
    {
        foreach (var job in _rig.Work.Enqueued.Where(w => w.Type == typeof(BreakGlassWorker)).SelectMany(w => new[] { w, w }).ToList())
        {
            await using var scope = _rig.Circuit();
            await scope.ServiceProvider.GetRequiredService<BreakGlassWorker>().RunAsync((string)job.Args[0], (string)job.Args[1], s_ct);
        }
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _rig.Dispose();
    }
}
