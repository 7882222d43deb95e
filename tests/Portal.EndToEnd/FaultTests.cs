using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;

namespace Portal.EndToEnd;

/// <summary>What a person sees while something is broken, and that the work goes on when it is mended.</summary>
public sealed class FaultTests(Browser browser) : IClassFixture<Browser>
{
    private static readonly Dictionary<string, string> s_quick = new()
    {
        ["Sandbox__StepDelayMilliseconds"] = "0",
        ["Connect__Patience__BaseDelay"] = "00:00:00.02",
        ["Connect__Patience__MaxDelay"] = "00:00:00.10",
        ["Connect__Patience__Timeout"] = "00:00:01",
    };

    private static string Tickets => Path.Combine(Repository.Root, "src", "Portal", "Features", "Admin", "Demo", "support-tickets.csv");

    [Fact]
    public async Task Google_BrokenInEveryWay_IsNamedWithItsRemedyAndWorksAgainAfterwards()
    {
        await using var door = new SandboxDoor();
        await using var portal = new PortalProcess(new(s_quick) { ["Connect__SandboxUrl"] = door.Address });
        door.LeadTo(portal.SandboxAddress);
        await portal.StartAsync();
        using var faults = new SandboxFaults(portal.SandboxAddress);
        var page = await browser.OpenAsync();
        await page.SignInAsync(portal, "Ben Okafor");
        await page.GetByRole(AriaRole.Button, new() { Name = "Settings", Exact = true }).ClickAsync();
        await page.Locator(".mud-menu-item", new() { HasText = "Connection" }).ClickAsync();

        await faults.BeginAsync(new { kind = "tuning", status = 500 });
        await TestFailsAsync(page, "Google has a fault of its own", "500");
        await faults.EndAsync();
        await TestPassesAsync(page);

        await faults.BeginAsync(new { kind = "tuning", status = 429 });
        await TestFailsAsync(page, "limit", "429");
        await faults.EndAsync();

        await faults.BeginAsync(new { kind = "tuning", hangMilliseconds = 20_000 });
        await TestFailsAsync(page, "The server did not answer", "TIMEOUT");
        await faults.EndAsync();

        door.Shut();
        await TestFailsAsync(page, "The server did not answer", "UNREACHABLE");
        door.Open();
        await TestPassesAsync(page);
    }

    [Fact]
    public async Task Tuning_WhileGoogleRefuses_KeepsTheSettingsSaysWhyAndGoesOn()
    {
        await using var portal = new PortalProcess(s_quick);
        await portal.StartAsync();
        using var faults = new SandboxFaults(portal.SandboxAddress);
        var page = await browser.OpenAsync();
        await page.SignInAsync(portal, "Olivia Brandt");
        await page.GetByRole(AriaRole.Link, new() { Name = "Support message routing" }).ClickAsync(new() { Timeout = 60_000 });
        await Assertions.Expect(page.Link("Tune")).ToBeVisibleAsync(new() { Timeout = 90_000 });

        await faults.BeginAsync(new { kind = "generate", status = 500 });
        await page.Link("Tune").ClickAsync();
        await page.GetByLabel("Epochs").FillAsync("7");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("An estimate: Google could not be asked to count");
        await Assertions.Expect(page.GetByLabel("Epochs")).ToHaveValueAsync("7");
        await faults.EndAsync();

        await faults.BeginAsync(new { kind = "tuning", status = 429, method = "POST" });
        await page.StartTuningAsync(epochs: "2");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("Trying again in", new() { Timeout = 60_000 });
        await Assertions.Expect(page.GetByText("Details").First).ToBeVisibleAsync();
        await faults.EndAsync();

        await Assertions.Expect(page.Link("Go on to Evaluate")).ToBeVisibleAsync(new() { Timeout = 90_000 });
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("2 epochs");
    }

    [Fact]
    public async Task Session_EndedInTheMiddleOfAStep_LosesNothing()
    {
        await using var portal = new PortalProcess(s_quick);
        await portal.StartAsync();
        var page = await browser.OpenAsync();
        await page.SignInAsync(portal, "Ben Okafor");
        var project = await page.DefineAsync("Ticket routing", target: "70");
        await Assertions.Expect(page.Locator("input[type=file]")).ToBeAttachedAsync();

        await page.Context.ClearCookiesAsync();
        await page.Locator("input[type=file]").SetInputFilesAsync(Tickets);
        await Assertions.Expect(page.GetByText("Your session ended.")).ToBeVisibleAsync();
        var elsewhere = await page.Context.RunAndWaitForPageAsync(() => page.Link("Sign in again").ClickAsync());
        await elsewhere.SignInAsync(portal, "Ben Okafor");
        await elsewhere.CloseAsync();
        await page.Locator("input[type=file]").SetInputFilesAsync(Tickets);
        await Assertions.Expect(page.Button("Import")).ToBeEnabledAsync();

        // Loaded anew without a session: sign in, and be where one was, with everything that had been written.
        await page.Context.ClearCookiesAsync();
        await page.GotoAsync(project + "/define");
        await page.GetByRole(AriaRole.Button, new() { Name = "Continue", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Ben Okafor" }).ClickAsync();
        await page.WaitForURLAsync(project + "/define");
        await Assertions.Expect(page.GetByLabel("Goal")).ToHaveValueAsync("Send every message to the right team at once.");
    }

    [Fact]
    public async Task Server_KilledWhileSomebodyTypes_ComesBackByItselfWithTheText()
    {
        await using var portal = new PortalProcess(s_quick);
        await portal.StartAsync();
        var page = await browser.OpenAsync();
        await page.SignInAsync(portal, "Ben Okafor");
        await page.Button("Create the first project").ClickAsync();
        await page.GetByLabel("What is it called?").FillAsync("Ticket routing");
        await page.Button("Create project").ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Define", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByLabel("Goal")).ToBeVisibleAsync();

        await portal.KillAsync();
        await page.GetByLabel("Goal").ClickAsync();
        await page.Keyboard.TypeAsync("Written while nobody listened.");
        await Assertions.Expect(page.GetByText("Connection lost. Trying again by itself; what you typed is kept.")).ToBeVisibleAsync();
        await portal.StartAsync();

        await Assertions.Expect(page.GetByText("Saved", new() { Exact = true })).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await page.ReloadAsync();
        await Assertions.Expect(page.GetByLabel("Goal")).ToHaveValueAsync("Written while nobody listened.");
    }

    private static async Task TestFailsAsync(IPage page, string remedy, string details)
    {
        await page.Button("Test connection").ClickAsync();
        var result = page.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "Vertex AI answers and lists tuning jobs" });
        await Assertions.Expect(result).ToContainTextAsync(new Regex(Regex.Escape(remedy)), new() { Timeout = 30_000 });
        await Assertions.Expect(result).ToContainTextAsync(details);
        await Assertions.Expect(page.Button("Test connection")).ToBeEnabledAsync();
    }

    private static async Task TestPassesAsync(IPage page)
    {
        await page.Button("Test connection").ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Img, new() { Name = "Done" })).ToHaveCountAsync(2, new() { Timeout = 30_000 });
    }
}
