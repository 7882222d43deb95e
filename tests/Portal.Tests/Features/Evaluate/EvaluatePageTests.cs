using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Evaluate;
using Portal.Features.Tenancy;
using Xunit;

namespace Portal.Tests.Features.Evaluate;

public sealed class EvaluatePageTests : BunitContext
{
    private EvaluateRig _rig = new();

    public EvaluatePageTests() => Use(_rig);

    [Fact]
    public async Task Page_WithoutAnything_PointsToTheData()
    {
        var project = await _rig.Get<ProjectService>().CreateAsync("Empty", EvaluateRig.Ct);

        var page = Open(project.Id);

        page.WaitForAssertion(() => Assert.Contains("Nothing to evaluate yet", page.Markup, StringComparison.Ordinal));
        Assert.EndsWith("/data", Filled(page).GetAttribute("href"), StringComparison.Ordinal);
    }

    [Fact]
    public void Page_UnknownProject_IsNotFound()
    {
        var page = Open("prj_of_somebody_else");

        page.WaitForAssertion(() => Assert.Contains("Nothing here", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Page_BeforeTheLookIsConfirmed_ShowsThePriceAndWhyTheButtonIsOff()
    {
        await _rig.SeedAsync();

        var page = Open(_rig.ProjectId);

        page.WaitForAssertion(() => Assert.StartsWith("Evaluate · about $", Filled(page).TextContent.Trim(), StringComparison.Ordinal));
        Assert.True(Filled(page).HasAttribute("disabled"));
        Assert.Contains("Confirm the look at the sealed rows first.", page.Markup, StringComparison.Ordinal);
        Assert.Contains("Look at the sealed rows of version 2 (never looked at so far)", page.Markup, StringComparison.Ordinal);
        Assert.Empty(await _rig.LooksAsync());
    }

    [Fact]
    public async Task Page_Start_RecordsTheLookAndShowsEachRun()
    {
        await _rig.SeedAsync();
        var page = Open(_rig.ProjectId);
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("input[type=checkbox]")));

        await page.InvokeAsync(() => page.FindAll("input[type=checkbox]")[^1].ChangeAsync(new ChangeEventArgs { Value = true }));
        await page.InvokeAsync(() => Filled(page).ClickAsync(new()));

        page.WaitForAssertion(() => Assert.Contains("Evaluation 1 is under way", page.Markup, StringComparison.Ordinal));
        Assert.Single(await _rig.LooksAsync());
        Assert.Empty(page.FindAll(".mud-button-filled-primary"));

        var id = (await _rig.Service.FindLatestAsync(_rig.ProjectId, EvaluateRig.Ct))!.Evaluation.Id;
        await _rig.StepAsync(id);
        _rig.Model.Time.Advance(TimeSpan.FromSeconds(3));
        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("[role=status]").Count(s => s.TextContent is "Waiting for its turn")));
        await _rig.AnswerAsync(id, _rig.Right(70, 92));
        await _rig.StepAsync(id);
        _rig.Model.Time.Advance(TimeSpan.FromSeconds(3));
        page.WaitForAssertion(() => Assert.Contains("Release gate of Tuned job_1: passed", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Page_Evaluated_ShowsValuesIntervalsVerdictAndTheWayOn()
    {
        await _rig.SeedAsync(target: 0.8);
        await _rig.EvaluateAsync(_rig.Right(70, 92));

        var page = Open(_rig.ProjectId);

        page.WaitForAssertion(() => Assert.Equal("Go on to Deploy", Filled(page).TextContent.Trim()));
        var rows = page.FindAll(".score-table tbody tr").Select(r => r.TextContent).ToList();
        Assert.Contains("70.0 % [60.4, 78.1], n 100", rows[0], StringComparison.Ordinal);
        Assert.Contains("Baseline", rows[0], StringComparison.Ordinal);
        Assert.Contains("92.0 % [85.0, 95.9], n 100", rows[1], StringComparison.Ordinal);
        Assert.Contains("+22.0 points", rows[1], StringComparison.Ordinal);
        Assert.Contains("better, p < 0.0001", rows[1], StringComparison.Ordinal);
        Assert.Matches(@"costs \d+\.\d % less per call", rows[1]);
        Assert.Contains("Target met: pass", page.Markup, StringComparison.Ordinal);
        Assert.Equal(["a", "b", "c"], page.FindAll("table.data")[^1].QuerySelectorAll("tbody tr td:first-child").Select(c => c.TextContent).Order());
    }

    [Fact]
    public async Task Page_GateNotPassed_OffersNoDeploy()
    {
        await _rig.SeedAsync(target: 0.9);
        await _rig.EvaluateAsync(_rig.Right(88, 92));

        var page = Open(_rig.ProjectId);

        page.WaitForAssertion(() => Assert.Contains("Release gate of Tuned job_1: not passed", page.Markup, StringComparison.Ordinal));
        Assert.Contains("Target met: cannot decide", page.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain("Go on to Deploy", page.Markup, StringComparison.Ordinal);
        Assert.Single(page.FindAll(".mud-button-filled-primary"));
    }

    [Fact]
    public async Task Page_LabelsByRecall_AreInThatOrder()
    {
        await _rig.SeedAsync();
        await _rig.EvaluateAsync((candidate, number, label) => label is "b" && number % 2 is 0 ? "a" : label is "c" ? "zebra" : label);

        var page = Open(_rig.ProjectId, "?part=labels&sort=recall");

        page.WaitForAssertion(() => Assert.Equal(["c", "b", "a"], page.FindAll("table.data")[^1].QuerySelectorAll("tbody tr td:first-child").Select(c => c.TextContent)));
    }

    [Fact]
    public async Task Page_Confusions_LeadToTheirRows()
    {
        await _rig.SeedAsync();
        await _rig.EvaluateAsync((candidate, number, label) => candidate == _rig.Tuned.Id && number is (30 or 33) ? "zebra" : label);

        var page = Open(_rig.ProjectId, "?part=confusions");
        page.WaitForAssertion(() => Assert.Contains("not a label", page.Markup, StringComparison.Ordinal));
        var link = page.FindAll("a").Single(a => a.TextContent is "Read rows").GetAttribute("href")!;

        var rows = Open(_rig.ProjectId, link[link.IndexOf('?', StringComparison.Ordinal)..]);
        rows.WaitForAssertion(() => Assert.Equal(["message 30 is a", "message 33 is a"], rows.FindAll("td.row-text:nth-child(2)").Select(c => c.TextContent)));
    }

    [Fact]
    public async Task Page_Failures_AreALookOnce_HoweverManyPagesAreTurned()
    {
        await _rig.SeedAsync();
        await _rig.EvaluateAsync(_rig.Right(40, 60));

        var page = Open(_rig.ProjectId, "?part=rows");
        page.WaitForAssertion(() => Assert.Equal(25, page.FindAll("td.row-text:nth-child(2)").Count));
        Assert.Contains("1–25 of 40", page.Markup, StringComparison.Ordinal);
        Services.GetRequiredService<NavigationManager>().NavigateTo($"/o/northwind/projects/{_rig.ProjectId}/evaluate?part=rows&page=2");

        page.WaitForAssertion(() => Assert.Contains("26–40 of 40", page.Markup, StringComparison.Ordinal));
        Assert.Equal(2, (await _rig.LooksAsync()).Count);
        Assert.Contains("Opening them counts as a look", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_ForABillingMember_ShowsFiguresButNoRows()
    {
        Swap(new EvaluateRig(MemberRole.Billing));
        await _rig.SeedAsync();
        await _rig.EvaluateAsync(_rig.Right(40, 60));

        var page = Open(_rig.ProjectId, "?part=rows");

        page.WaitForAssertion(() => Assert.Contains("Your role does not include reading rows.", page.Markup, StringComparison.Ordinal));
        Assert.Empty(page.FindAll(".row-text"));
        Assert.Single(await _rig.LooksAsync());
    }

    [Fact]
    public async Task Page_Failed_SaysWhy()
    {
        await _rig.SeedAsync();
        var evaluation = await _rig.StartAsync();
        await using (var db = _rig.Model.Database.CreateDbContext())
        {
            var saved = db.EvaluationRuns.Single();
            saved.Fail("Tuned job_1 could not answer the rows.", "403 PERMISSION_DENIED", _rig.Model.Now);
            await db.SaveChangesAsync(EvaluateRig.Ct);
        }

        var page = Open(_rig.ProjectId);

        page.WaitForAssertion(() => Assert.Equal("Tuned job_1 could not answer the rows.", page.Find("[role=alert]").TextContent));
        Assert.Contains("403 PERMISSION_DENIED", page.Find("details").TextContent, StringComparison.Ordinal);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            _rig.Dispose();
        }
    }

    private static IElement Filled(IRenderedComponent<EvaluatePage> page) => page.Find(".mud-button-filled-primary");

    private void Swap(EvaluateRig rig)
    {
        _rig.Dispose();
        _rig = rig;
        Services.AddFallbackServiceProvider(rig.Model.Services);
        Services.AddSingleton<TimeProvider>(rig.Model.Time);
    }

    private void Use(EvaluateRig rig)
    {
        Services.AddMudServices(o => o.PopoverOptions.CheckForPopoverProvider = false);
        // After MudBlazor, which brings the real clock.
        Services.AddSingleton<TimeProvider>(rig.Model.Time);
        Services.AddFallbackServiceProvider(rig.Model.Services);
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    private IRenderedComponent<EvaluatePage> Open(string projectId, string query = "")
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo($"/o/northwind/projects/{projectId}/evaluate{query}");
        return Render<EvaluatePage>(p => p.Add(c => c.Org, "northwind").Add(c => c.ProjectId, projectId));
    }
}
