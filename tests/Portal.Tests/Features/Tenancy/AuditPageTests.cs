using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Tests.Persistence;
using Xunit;

namespace Portal.Tests.Features.Tenancy;

public sealed class AuditPageTests : BunitContext
{
    private readonly PortalDatabase _database = new();

    public AuditPageTests()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices(o => o.PopoverOptions.CheckForPopoverProvider = false);
        Services.AddSingleton<IDbContextFactory<PortalDbContext>>(_database);
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton(_database.Scope);
        Services.AddSingleton<IAuditedProjects>(new Named());
        Services.AddScoped<CurrentMember>().AddScoped<AuditService>();
    }

    [Fact]
    public void Page_OfAnEmptyLog_SaysWhatWillBeHere()
    {
        var page = Open();

        page.WaitForAssertion(() => Assert.Contains("Nothing was done yet", page.Markup, StringComparison.Ordinal));
        Assert.Contains("0 entries, chain not checked", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_WithEntries_SaysWhoDidWhatAndLinksWhatIsStillThere()
    {
        _database.Scope.ActAs(new Actor("usr_1", "<b>Carla</b>", "Fieldwork Partners", "eng_1", "10.0.0.7"));
        await WriteAsync("key.issued", new AuditTarget("API key", "key_1", "Website", "prj_1"));
        await WriteAsync("tuning.started", new AuditTarget("tuning job", "tun_1", "Gemini", "prj_gone"));
        await WriteAsync("thing.unheard-of", new AuditTarget("thing", "thing_1"));
        await WriteAsync("access.denied", new AuditTarget("permission", "Tune", "start or cancel a tuning"), AuditOutcome.Denied);

        var page = Open();

        page.WaitForAssertion(() => Assert.Equal(4, page.FindAll("tbody tr").Count));
        var rows = page.FindAll("tbody tr");
        Assert.Contains("Denied", rows[0].TextContent, StringComparison.Ordinal);
        Assert.Contains("Was refused the right to", rows[0].TextContent, StringComparison.Ordinal);
        Assert.Contains("thing.unheard-of", rows[1].TextContent, StringComparison.Ordinal);
        Assert.Null(rows[2].QuerySelector("a"));
        Assert.Equal("/o/northwind/projects/prj_1/deploy", rows[3].QuerySelector("a")!.GetAttribute("href"));
        Assert.Contains("<b>Carla</b>", rows[3].QuerySelector(".who")!.TextContent, StringComparison.Ordinal);
        Assert.StartsWith("Issued the API key Website", string.Join(' ', rows[3].QuerySelector(".what")!.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.Contains("for Fieldwork Partners", rows[3].TextContent, StringComparison.Ordinal);
        Assert.Contains("10.0.0.7", rows[3].TextContent, StringComparison.Ordinal);
        Assert.EndsWith("UTC", rows[3].QuerySelector("time")!.GetAttribute("title"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckTheChain_IntactThenForged_SaysSo()
    {
        await AuditRig.WriteAsync(_database, 12);
        var page = Open();
        page.WaitForAssertion(() => Assert.Contains("12 entries, chain not checked", page.Markup, StringComparison.Ordinal));

        await page.InvokeAsync(() => page.Find(".chain button").ClickAsync(new()));
        page.WaitForAssertion(() => Assert.Contains("12 entries, chain intact, checked", page.Find(".chain").TextContent, StringComparison.Ordinal));

        await using (var owner = _database.CreateOwnerContext())
        {
            await AuditRig.ForgeAsync(owner, "UPDATE \"AuditEntry\" SET \"Details\" = 'x' WHERE \"Sequence\" = 4");
        }

        await page.InvokeAsync(() => page.Find(".chain button").ClickAsync(new()));
        page.WaitForAssertion(() => Assert.Contains("Chain broken at entry 4", page.Find(".chain").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Page_WithAFilterInTheAddress_ShowsItAndExportsTheSame()
    {
        await AuditRig.WriteAsync(_database, 30);
        await AuditRig.WriteAsync(_database, 1, "key.issued");

        var page = Open("?action=key.");
        page.WaitForAssertion(() => Assert.Single(page.FindAll("tbody tr")));
        Assert.Contains(page.FindAll("a"), a => a.GetAttribute("href") is "/o/northwind/api/audit.csv?action=key.");

        page = Open("?action=thing.");
        page.WaitForAssertion(() => Assert.Equal(25, page.FindAll("tbody tr").Count));
        Assert.Equal("/o/northwind/audit?action=thing.&before=6", page.Find("nav.pages a").GetAttribute("href"));

        page = Open("?target=nowhere");
        page.WaitForAssertion(() => Assert.Contains("No such entries", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public void Page_WithoutTheRight_SaysWhomToAsk()
    {
        Services.GetRequiredService<CurrentMember>().Enter(
            new Membership("org_test", "Test", "northwind", TenantKind.Customer, MemberRole.Viewer), new System.Security.Claims.ClaimsPrincipal());

        var page = Open();

        page.WaitForAssertion(() => Assert.Contains("You may not read the audit log here. Ask an owner or an admin", page.Markup, StringComparison.Ordinal));
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _database.Dispose();
    }

    private IRenderedComponent<AuditPage> Open(string query = "")
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo($"/o/northwind/audit{query}");
        return Render<AuditPage>(p => p.Add(a => a.Org, "northwind"));
    }

    private async Task WriteAsync(string action, AuditTarget target, AuditOutcome outcome = AuditOutcome.Done)
    {
        await using var db = _database.CreateDbContext();
        db.Audit(action, target, outcome: outcome);
        await db.SaveChangesAsync();
    }

    private sealed class Named : IAuditedProjects
    {
        public Task<IReadOnlyDictionary<string, string>> ProjectNamesAsync(CancellationToken ct) =>
            Task.FromResult<IReadOnlyDictionary<string, string>>(new Dictionary<string, string> { ["prj_1"] = "Claims" });
    }
}
