using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using Portal.Features.Define;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Xunit;

namespace Portal.Tests.Features.Model;

public sealed class ModelPageTests : BunitContext
{
    private readonly ModelRig _rig = new();

    public ModelPageTests()
    {
        Services.AddMudServices(o => o.PopoverOptions.CheckForPopoverProvider = false);
        // After MudBlazor, which brings the real clock.
        Services.AddSingleton<TimeProvider>(_rig.Time);
        Services.AddFallbackServiceProvider(_rig.Services);
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    [Fact]
    public async Task Page_NoFrozenVersion_PointsToTheData()
    {
        var project = await _rig.Get<ProjectService>().CreateAsync("Empty", ModelRig.Ct);

        var page = Open(project.Id);

        page.WaitForAssertion(() => Assert.Contains("No data to measure on yet", page.Markup, StringComparison.Ordinal));
        Assert.EndsWith("/data", Filled(page).GetAttribute("href"), StringComparison.Ordinal);
    }

    [Fact]
    public void Page_UnknownProject_IsNotFound()
    {
        var page = Open("prj_of_somebody_else");

        page.WaitForAssertion(() => Assert.Contains("Nothing here", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Page_NothingMeasured_OffersTiersWithAPriceAndSaysThatNoProCanBeTuned()
    {
        await _rig.SeedAsync();

        var page = Open(_rig.ProjectId);

        page.WaitForAssertion(() => Assert.StartsWith("Run baselines · about $", Filled(page).TextContent.Trim(), StringComparison.Ordinal));
        Assert.Equal(3, page.FindAll("input[type=checkbox]").Count(c => c.IsChecked()));
        Assert.Contains("6 prompts × 40 rows; at most $", page.Markup, StringComparison.Ordinal);
        Assert.Contains("No Pro can be tuned at present", page.Find("#no-pro").TextContent, StringComparison.Ordinal);
        Assert.Contains("Practice mode", page.Markup, StringComparison.Ordinal);
        var retired = page.Find("details.picker-retired").TextContent;
        Assert.Contains("Gemini 1.5 Flash: Retired by Google", retired, StringComparison.Ordinal);
        Assert.Contains("Take Gemini 3.5 Flash in its place.", retired, StringComparison.Ordinal);
        Assert.DoesNotContain(page.FindAll("label"), l => l.TextContent.Contains("2.5", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Page_NothingTicked_SaysWhyTheButtonIsOff()
    {
        await _rig.SeedAsync();
        var page = Open(_rig.ProjectId);
        page.WaitForElement("input[type=checkbox]");

        for (var i = page.FindAll("input[type=checkbox]").Count - 1; i >= 0; i--)
        {
            if (page.FindAll("input[type=checkbox]")[i].IsChecked())
            {
                await page.InvokeAsync(() => page.FindAll("input[type=checkbox]")[i].ChangeAsync(new ChangeEventArgs { Value = false }));
            }
        }

        Assert.True(Filled(page).HasAttribute("disabled"));
        Assert.Contains("Tick at least one model.", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_RunBaselines_ShowsEachOnItsWayAndTheWaitInWords()
    {
        await _rig.SeedAsync();
        var page = Open(_rig.ProjectId);
        page.WaitForAssertion(() => Assert.StartsWith("Run baselines · about", Filled(page).TextContent.Trim(), StringComparison.Ordinal));

        await page.InvokeAsync(() => Filled(page).ClickAsync(new()));
        page.WaitForAssertion(() => Assert.Equal(6, page.FindAll("td").Count(c => c.TextContent.Contains("Waiting for its turn", StringComparison.Ordinal))));
        Assert.Empty(page.FindAll(".mud-button-filled-primary:not([disabled])"));

        _rig.Vertex.Respond = _ => FakeVertex.Error(System.Net.HttpStatusCode.TooManyRequests, "RESOURCE_EXHAUSTED", "Quota exceeded");
        await _rig.StepAsync((string)_rig.Jobs.Waiting.Peek().Job.Args[1]);
        _rig.Time.Advance(TimeSpan.FromSeconds(1));
        page.WaitForAssertion(() => Assert.Contains("Waiting: The sandbox answers 429, trying again in 1 s · 0 of 40 rows", page.Markup, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(100, 0.8, "A prompt is already good enough: deploy it as it is.", "Choose Gemini 3.5 Flash prompt only")]
    [InlineData(30, 0.9, "Prompting is not enough; tuning is the next step.", "Choose Gemini 3.5 Flash to tune")]
    [InlineData(95, 0.9, "These rows cannot tell whether a prompt is good enough.", "Add rows in Data")]
    public async Task Page_Measured_SaysTheVerdictAndHasOneNextAction(int rightOf100, double target, string words, string action)
    {
        await MeasureAsync(rightOf100, target);

        var page = Open(_rig.ProjectId);

        page.WaitForAssertion(() => Assert.Contains(words, page.Find("section.verdict").TextContent, StringComparison.Ordinal));
        Assert.Equal(action, Filled(page).TextContent.Trim());
        Assert.Contains($"against a target of {(target * 100).ToString("0.0", System.Globalization.CultureInfo.InvariantCulture)} %", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_Choose_GoesOnToTheNextStep()
    {
        await MeasureAsync(rightOf100: 30, target: 0.9);
        var page = Open(_rig.ProjectId);
        page.WaitForAssertion(() => Assert.StartsWith("Choose", Filled(page).TextContent.Trim(), StringComparison.Ordinal));

        await page.InvokeAsync(() => Filled(page).ClickAsync(new()));

        page.WaitForAssertion(() => Assert.Equal("Go on to Tune", Filled(page).TextContent.Trim()));
        Assert.EndsWith("/tune", Filled(page).GetAttribute("href"), StringComparison.Ordinal);
        Assert.Contains(page.FindAll("td strong"), c => c.TextContent is "Chosen");
    }

    [Theory]
    [InlineData(MemberRole.Viewer, true)]
    [InlineData(MemberRole.Billing, false)]
    public async Task Page_ForWhoeverMayOnlyLook_ShowsFiguresAndSaysWhoMayGoOn(MemberRole role, bool readsRows)
    {
        await MeasureAsync(rightOf100: 30, target: 0.9);
        var run = (await _rig.Get<CandidateRunService>().ListAsync(_rig.ProjectId, Portal.Features.Data.Split.Validation, ModelRig.Ct)).Single().Run;
        _rig.Get<CurrentMember>().Enter(new Membership("org_test", "Northwind", "northwind", TenantKind.Customer, role), new System.Security.Claims.ClaimsPrincipal());

        var page = Open(_rig.ProjectId, $"?run={run.Id}");

        page.WaitForAssertion(() => Assert.Contains("Prompting is not enough; tuning is the next step.", page.Markup, StringComparison.Ordinal));
        Assert.Contains("Your role lets you look, not choose.", page.Find("section.verdict").TextContent, StringComparison.Ordinal);
        Assert.Contains("Your role lets you look, not measure.", page.Markup, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("button.mud-button-filled-primary:not([disabled])"));
        Assert.DoesNotContain(page.FindAll("td button"), b => b.TextContent.Trim() is "Choose");
        Assert.Equal(readsRows, page.FindAll("td.mistake-text").Count > 0);
        Assert.Equal(!readsRows, page.Markup.Contains("Your role shows figures, not rows.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Page_MistakesOpen_ShowsTheRowTheExpectedAndTheAnswer()
    {
        await MeasureAsync(rightOf100: 30, target: 0.9);
        var run = (await _rig.Get<CandidateRunService>().ListAsync(_rig.ProjectId, Portal.Features.Data.Split.Validation, ModelRig.Ct)).Single().Run;
        var wrong = (await _rig.Get<CandidateRunService>().MistakesAsync(run.Id, 0, 1, ModelRig.Ct)).Single();

        var page = Open(_rig.ProjectId, $"?run={run.Id}");

        page.WaitForAssertion(() => Assert.Contains("What Gemini 3.5 Flash prompt only got wrong", page.Markup, StringComparison.Ordinal));
        var cells = page.FindAll("td.mistake-text").Take(3).Select(c => c.TextContent.Trim());
        Assert.Equal([wrong.Input, wrong.Expected, "?"], cells);
        Assert.Contains(page.FindAll("a"), a => a.TextContent is "More mistakes");
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            _rig.Dispose();
        }
    }

    private static IElement Filled(IRenderedComponent<ModelPage> page) => page.Find(".mud-button-filled-primary");

    private IRenderedComponent<ModelPage> Open(string projectId, string query = "")
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo($"/o/northwind/projects/{projectId}/model{query}");
        return Render<ModelPage>(p => p.Add(c => c.Org, "northwind").Add(c => c.ProjectId, projectId));
    }

    private async Task MeasureAsync(int rightOf100, double target)
    {
        await _rig.SeedAsync(train: 12, validation: 60, target);
        _rig.Vertex.Respond = input => FakeVertex.Text(int.Parse(input.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture) * 37 % 100 < rightOf100 ? input[^1..] : "?");
        await _rig.StartAsync();
        await _rig.PumpAsync();
    }
}
