using Microsoft.Playwright;
using Xunit;

namespace Portal.EndToEnd;

public sealed class SyntheticTests(Browser browser) : IClassFixture<Browser>
{
    private static string Tickets => Path.Combine(Repository.Root, "src", "Portal", "Features", "Admin", "Demo", "support-tickets.csv");

    /// <summary>From the price to a version that also trains on what a model wrote, the drafts by the keyboard alone.</summary>
    [Fact]
    public async Task Journey_FromAPriceToAVersion_DecidesAboutDraftsByKeyboard()
    {
        await using var portal = new PortalProcess(new() { ["Sandbox__StepDelayMilliseconds"] = "0" });
        await portal.StartAsync();
        var page = await browser.OpenAsync();
        await page.SignInAsync(portal, "Ben Okafor");
        var project = await page.DefineAsync("Ticket routing", target: "70");
        await page.UploadAndFreezeAsync(Tickets);

        await page.WriteRowsAsync(project, rows: 10);
        var drafts = page.Locator("ol.drafts > li");
        var waiting = await drafts.CountAsync();
        Assert.InRange(waiting, 4, 10);
        await drafts.First.FocusAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(drafts.Nth(1)).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("ArrowUp");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Link("Accepted (1)")).ToBeVisibleAsync();
        // The next draft has taken the place, and the keyboard is with it.
        await Assertions.Expect(drafts.First).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Delete");
        await Assertions.Expect(page.Link("Rejected (1)")).ToBeVisibleAsync();
        await Assertions.Expect(drafts.First).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("F2");
        await drafts.First.GetByRole(AriaRole.Textbox).First.FillAsync("The handle of my trolley snapped while it was in your hands, who pays for that?");
        await page.Button("Save").ClickAsync();
        await Assertions.Expect(drafts.First).ToContainTextAsync("The handle of my trolley");
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Accept all ") }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { NameRegex = new($"^Accepted \\({waiting - 1}\\)$") })).ToBeVisibleAsync();

        await page.GotoAsync(project + "/data?tab=versions");
        await page.Button("Freeze version 2").ClickAsync();
        await page.Link("Lineage of version 2").ClickAsync(new() { Timeout = 60_000 });
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync($"{waiting - 1} of the training rows are synthetic");
    }
}
