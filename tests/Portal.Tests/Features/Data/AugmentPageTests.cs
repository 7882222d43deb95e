using AngleSharp.Dom;
using Bunit;
using Hangfire;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using Portal.Features.Data;
using Xunit;

namespace Portal.Tests.Features.Data;

public sealed class AugmentPageTests : BunitContext
{
    private readonly AugmentRig _rig = new();

    public AugmentPageTests()
    {
        Services.AddMudServices(o => o.PopoverOptions.CheckForPopoverProvider = false);
        Services.AddSingleton<TimeProvider>(_rig.Model.Time);
        Services.AddSingleton(_rig.Data.Datasets).AddSingleton<IBackgroundJobClient>(_rig.Model.Jobs);
        Services.AddFallbackServiceProvider(_rig.Model.Services);
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    [Fact]
    public async Task Page_BeforeAnyVersion_SaysWhatToDoFirst()
    {
        var projectId = await _rig.Data.CreateProjectAsync();

        var page = Open(projectId);

        page.WaitForAssertion(() => Assert.Contains("No version to learn from yet", page.Markup, StringComparison.Ordinal));
        Assert.Contains("tab=upload", page.Find("a.mud-button-filled-primary").GetAttribute("href"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_FromThePriceToTheRows_IsOneJourneyByMouseAndKeyboard()
    {
        await _rig.SeedAsync();
        var page = Open(_rig.ProjectId);
        page.WaitForAssertion(() => Assert.StartsWith("Write 50 rows · about $", Filled(page).TextContent.Trim(), StringComparison.Ordinal));
        Assert.Contains("At most", page.Markup, StringComparison.Ordinal);
        page.WaitForAssertion(() => Assert.False(Filled(page).HasAttribute("disabled")));
        await page.InvokeAsync(() => Filled(page).ClickAsync());
        page.WaitForAssertion(() => Assert.Single(_rig.Model.Jobs.Waiting));
        await _rig.PumpAsync();
        var run = (await _rig.Service.ListAsync(_rig.ProjectId, CancellationToken.None)).Single().Run;
        Assert.Equal((AugmentationState.Succeeded, 50), (run.State, run.Counts.New));

        page = Open(_rig.ProjectId, $"?augmentation={run.Id}");
        page.WaitForAssertion(() => Assert.Equal(25, page.FindAll("ol.drafts > li").Count));
        Assert.Contains("Asked 50: 50 new.", page.Markup, StringComparison.Ordinal);
        page.WaitForAssertion(() => Assert.False(page.Find("button[aria-label='Accept draft 1']").HasAttribute("disabled")));
        await page.InvokeAsync(() => page.Find("button[aria-label='Accept draft 1']").ClickAsync());
        page.WaitForAssertion(() => Assert.Contains("Waiting (49)", page.Markup, StringComparison.Ordinal));
        page.WaitForAssertion(() => Assert.False(page.Find("button[aria-label='Accept draft 2']").HasAttribute("disabled")));
        // Faster than the browser moves: the second key still comes from draft 2, and is meant for draft 3.
        await page.InvokeAsync(() => page.Find("ol.drafts > li").KeyDownAsync(new KeyboardEventArgs { Key = "ArrowDown" }));
        await page.InvokeAsync(() => page.Find("ol.drafts > li").KeyDownAsync(new KeyboardEventArgs { Key = "Delete" }));
        page.WaitForAssertion(() => Assert.Contains("Rejected (1)", page.Markup, StringComparison.Ordinal));
        page.WaitForAssertion(() => Assert.Empty(page.FindAll("button[aria-label='Accept draft 3']")));
        page.WaitForAssertion(() => Assert.False(page.Find("button[aria-label='Accept draft 2']").HasAttribute("disabled")));
        // The browser has followed both moves, and somebody goes back to the first one.
        await page.InvokeAsync(() => page.Find("ol.drafts > li:nth-child(2)").FocusAsync(new FocusEventArgs()));
        await page.InvokeAsync(() => page.Find("ol.drafts > li").FocusAsync(new FocusEventArgs()));
        await page.InvokeAsync(() => page.Find("ol.drafts > li").KeyDownAsync(new KeyboardEventArgs { Key = "F2" }));
        page.WaitForAssertion(() => Assert.NotNull(page.Find("ol.drafts > li textarea")));
        await page.InvokeAsync(() => page.Find("ol.drafts > li textarea").ChangeAsync(new ChangeEventArgs { Value = "what a person wrote instead of it" }));
        await page.InvokeAsync(() => page.FindAll("ol.drafts button").Single(b => b.TextContent.Trim() is "Save").ClickAsync());
        page.WaitForAssertion(() => Assert.Contains("what a person wrote instead of it", page.Find("ol.drafts > li .text").TextContent, StringComparison.Ordinal));
        page.WaitForAssertion(() => Assert.False(AcceptAll(page).HasAttribute("disabled")));
        await page.InvokeAsync(() => AcceptAll(page).ClickAsync());

        page.WaitForAssertion(() => Assert.Contains("Accepted (49)", page.Markup, StringComparison.Ordinal));
        var rows = await _rig.Data.Rows.ListAsync(_rig.ProjectId, new RowQuery(Status: RowStatus.Synthetic), CancellationToken.None);
        Assert.Equal((25, 49), (rows.Rows.Count, rows.Total));
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            _rig.Dispose();
        }
    }

    private static IElement Filled(IRenderedComponent<AugmentPage> page) => page.FindAll("button.mud-button-filled-primary").Single(b => b.TextContent.Contains("Write", StringComparison.Ordinal));

    private static IElement AcceptAll(IRenderedComponent<AugmentPage> page) => page.FindAll("button").Single(b => b.TextContent.Trim().StartsWith("Accept all", StringComparison.Ordinal));

    private IRenderedComponent<AugmentPage> Open(string projectId, string query = "")
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo($"/o/northwind/projects/{projectId}/data/augment{query}");
        return Render<AugmentPage>(p => p.Add(c => c.Org, "northwind").Add(c => c.ProjectId, projectId));
    }
}
