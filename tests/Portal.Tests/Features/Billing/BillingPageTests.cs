using Bunit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using Portal.Features.Billing;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Features.Billing;

public sealed class BillingPageTests : BunitContext
{
    private readonly PortalDatabase _database = new();
    private readonly NamedSubjects _named = new() { Names = { ["prj_1"] = "=cmd()" } };

    public BillingPageTests()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices(o => o.PopoverOptions.CheckForPopoverProvider = false);
        Services.AddSingleton<IDbContextFactory<PortalDbContext>>(_database);
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton<IUsageSubjects>(_named);
        Services.AddScoped<BillingService>().AddScoped<BudgetService>().AddScoped<CostService>().AddSingleton(new CurrentMember(_database.Scope));
    }

    [Fact]
    public void Page_OfAnEmptyMonth_SaysWhatWillBeHere()
    {
        var page = Render<BillingPage>(p => p.Add(b => b.Org, "northwind"));

        page.WaitForAssertion(() => Assert.Contains("Nothing used this month", page.Markup, StringComparison.Ordinal));
        Assert.Contains("Nothing is charged", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_OfAMonthWithUsage_ShowsEachLineWithItsPriceAndTheSums()
    {
        await RecordAsync(new UsageFact("prj_1", Meter.InputTokens, UsageSource.Endpoint, 2_000_000, 300_000, "dep_1", "a"),
            new UsageFact("prj_1", Meter.OutputTokens, UsageSource.Endpoint, 1_000_000, 2_500_000, "dep_1", "b"),
            new UsageFact("prj_2", Meter.TuningTokens, UsageSource.Tuning, 1_000_000, 5_000_000, "job_1", "c"));
        _named.IsPractice = false;

        var page = Render<BillingPage>(p => p.Add(b => b.Org, "northwind"));

        page.WaitForAssertion(() => Assert.Equal(["Day by day", "Monthly budget", "Where it went", "=cmd()", "prj_2"], page.FindAll("section.panel h2").Select(h => h.TextContent.Trim())));
        Assert.Contains("$8.10", page.Find("dl").TextContent, StringComparison.Ordinal);
        var first = page.FindAll("section.panel")[3];
        Assert.Equal(["Calls to the endpoint", "Input tokens", "2,000,000", "$0.30", "$0.60"], first.QuerySelectorAll("tbody tr:first-child td").Select(c => c.TextContent));
        Assert.DoesNotContain("Practice mode", page.Markup, StringComparison.Ordinal);
        Assert.Equal(["prj_2", "$5.00", "61.7 %", "$0.00"], page.FindAll("section.panel")[2].QuerySelectorAll("tbody tr:first-child > *").Select(c => c.TextContent.Trim()));
        Assert.Contains("after 7 days of usage", page.Find("dl").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_ToldApartByMeter_ShowsMetersAndLinksThatKeepTheMonth()
    {
        await RecordAsync(new UsageFact("prj_1", Meter.InputTokens, UsageSource.Endpoint, 2_000_000, 300_000, "dep_1", "a"),
            new UsageFact("prj_2", Meter.InputTokens, UsageSource.Endpoint, 1_000_000, 300_000, "dep_1", "b"));
        Services.GetRequiredService<Microsoft.AspNetCore.Components.NavigationManager>().NavigateTo("/o/northwind/billing?by=meter");

        var page = Render<BillingPage>(p => p.Add(b => b.Org, "northwind"));

        page.WaitForAssertion(() => Assert.Equal(["Input tokens"], page.FindAll(".choices ~ .table-scroll tbody td:first-child").Select(h => h.TextContent.Trim())));
        Assert.Equal("Meter", page.Find(".choices [aria-current]").TextContent);
        Assert.Contains(page.FindAll("a"), a => a.GetAttribute("href") is "/o/northwind/billing?by=person");
    }

    [Fact]
    public async Task Budget_SetOnThePage_IsShownWithWhatIsSpentOfIt()
    {
        await RecordAsync(new UsageFact("prj_1", Meter.InputTokens, UsageSource.Endpoint, 30_000_000, 300_000, "dep_1", "a"));
        var page = Render<BillingPage>(p => p.Add(b => b.Org, "northwind"));
        page.WaitForElement(".budget-form input");

        await page.InvokeAsync(() => page.Find(".budget-form input").Input("10"));
        await page.InvokeAsync(() => page.Find(".budget-form").Submit());

        page.WaitForAssertion(() => Assert.Equal(["$10.00", "$9.00 · 90 %", "$0.00", "$1.00", "0"], page.FindAll(".budget-facts dd").Take(5).Select(d => d.TextContent)));
        Assert.Contains("More than 80 % is spent.", page.Find(".budget-notice").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_ForAnEditor_SaysWhoMaySeeCostsAndShowsNone()
    {
        await RecordAsync(new UsageFact("prj_1", Meter.InputTokens, UsageSource.Endpoint, 2_000_000, 300_000, "dep_1", "a"));
        Services.GetRequiredService<CurrentMember>().Enter(
            new Membership("org_test", "Northwind", "northwind", TenantKind.Customer, MemberRole.Editor), new System.Security.Claims.ClaimsPrincipal());

        var page = Render<BillingPage>(p => p.Add(b => b.Org, "northwind"));

        page.WaitForAssertion(() => Assert.Contains("You may not see costs and invoices here. Ask an owner or an admin of the organization.", page.Markup, StringComparison.Ordinal));
        Assert.DoesNotContain("$", page.Markup, StringComparison.Ordinal);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _database.Dispose();
    }

    private async Task RecordAsync(params UsageFact[] facts)
    {
        await using var db = _database.CreateDbContext();
        foreach (var fact in facts)
        {
            new BillingService(_database, new CurrentMember(_database.Scope), TimeProvider.System).Record(db, fact);
        }

        await db.SaveChangesAsync();
    }
}
