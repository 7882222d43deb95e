using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Xunit;

namespace Portal.EndToEnd;

/// <summary>An organization leaves with its archive, and another takes it in.</summary>
public sealed class ArchiveTests(Browser browser) : IClassFixture<Browser>
{
    [Fact]
    public async Task Archive_OfOneOrganization_IsTakenInByAnEmptyOne()
    {
        await using var portal = new PortalProcess(new() { ["Sandbox__StepDelayMilliseconds"] = "0" });
        await portal.StartAsync();
        var olivia = await browser.OpenAsync();
        await olivia.SignInAsync(portal, "Olivia Brandt");
        await olivia.GetByRole(AriaRole.Link, new() { Name = "Support message routing" }).ClickAsync(new() { Timeout = 60_000 });
        // The demo's project is being made while one signs in; its figures are part of what leaves.
        await Assertions.Expect(olivia.Link("Tune")).ToBeVisibleAsync(new() { Timeout = 90_000 });
        await olivia.GotoAsync(portal.Address + "/o/northwind-travel/leave");
        await Assertions.Expect(olivia.GetByText("Only an empty organization can do that")).ToBeVisibleAsync();
        await olivia.Button("Export organization").ClickAsync();
        var download = await olivia.RunAndWaitForDownloadAsync(() => olivia.Link("Download").ClickAsync(new() { Timeout = 90_000 }));
        var file = Path.Combine(Directory.CreateTempSubdirectory("portal-archive-").FullName, "northwind.zip");
        await download.SaveAsAsync(file);

        var ben = await browser.OpenAsync();
        await ben.SignInAsync(portal, "Ben Okafor");
        await ben.GotoAsync(portal.Address + "/o/harbour-insurance/leave");
        await LookAsync(ben, "empty");
        await ben.GetByLabel("Choose an archive").SetInputFilesAsync(file);
        var import = ben.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^Import [0-9,]+ rows") });
        await Assertions.Expect(import).ToBeEnabledAsync(new() { Timeout = 90_000 });
        await Assertions.Expect(ben.Locator("main")).ToContainTextAsync("Support message routing");
        await LookAsync(ben, "asked");
        await import.ClickAsync();
        await Assertions.Expect(ben.GetByText("The archive is in.")).ToBeVisibleAsync(new() { Timeout = 120_000 });
        await LookAsync(ben, "done");

        await ben.GotoAsync(portal.Address + "/o/harbour-insurance");
        await ben.GetByRole(AriaRole.Link, new() { Name = "Support message routing" }).ClickAsync();
        var project = ben.Url;
        foreach (var step in new[] { "", "/define", "/data?tab=rows", "/data?tab=versions", "/model", "/tune", "/evaluate", "/deploy" })
        {
            await ben.GotoAsync(project + step);
            await Assertions.Expect(ben.Locator("h1")).ToHaveCountAsync(1);
            await Assertions.Expect(ben.GetByLabel("Loading", new() { Exact = true })).ToHaveCountAsync(0);
            await Assertions.Expect(ben.Locator("main")).Not.ToContainTextAsync(new Regex("This did not load|Nothing here"));
        }

        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    /// <summary>Fit to be shown as it stands, wide and narrow, light and dark.</summary>
    private static async Task LookAsync(IPage page, string what)
    {
        await page.AddStyleTagAsync(new() { Content = "*, *::before, *::after { transition: none !important; animation: none !important }" });
        foreach (var (width, scheme) in new[] { (1440, ColorScheme.Light), (390, ColorScheme.Dark) })
        {
            await page.EmulateMediaAsync(new() { ColorScheme = scheme });
            await Assertions.Expect(page.Button(scheme is ColorScheme.Dark ? "Use light colours" : "Use dark colours")).ToBeVisibleAsync();
            await page.SetViewportSizeAsync(width, 900);
            Assert.Equal(0, await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth"));
            if (Environment.GetEnvironmentVariable("PORTAL_TEST_PICTURES") is { Length: > 0 } folder)
            {
                await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"import.{what}.{width}.png"), FullPage = true });
            }

            Assert.Empty((await page.RunAxe()).Violations.Select(v => $"{v.Id}: {v.Help}: {v.Nodes[0].Html}"));
        }

        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        await page.SetViewportSizeAsync(1440, 900);
    }
}
