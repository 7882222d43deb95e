using Microsoft.Playwright;
using Xunit;

namespace Portal.EndToEnd;

public sealed class SignInTests(Browser browser) : IClassFixture<Browser>
{
    [Fact]
    public async Task SignIn_AsOwner_LandsInTheOrganizationAndSignsOutAgain()
    {
        await using var portal = new PortalProcess();
        await portal.StartAsync();
        var page = await browser.OpenAsync();

        await page.SignInAsync(portal, "Olivia Brandt");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Projects", Level = 1 })).ToBeVisibleAsync();
        Assert.Contains("/o/northwind-travel", page.Url, StringComparison.Ordinal);

        // Another organisation's address is as good as one that never existed.
        await page.GotoAsync(portal.Address + "/o/harbour-insurance");
        await Assertions.Expect(page.GetByText("Nothing here")).ToBeVisibleAsync();
        var jobs = await page.APIRequest.GetAsync(portal.Address + "/admin/jobs");
        Assert.Equal(404, jobs.Status);

        await page.GotoAsync(portal.Address + "/");
        await page.GetByRole(AriaRole.Button, new() { Name = "You are Olivia Brandt" }).ClickAsync();
        await page.GetByText("Sign out").ClickAsync();
        await page.WaitForURLAsync("**/sign-in**");
        await page.GotoAsync(portal.Address + "/o/northwind-travel");
        await page.WaitForURLAsync("**/sign-in?returnUrl=**");
    }

    [Fact]
    public async Task SignIn_AsPlatformAdmin_OpensTheJobsDashboard()
    {
        await using var portal = new PortalProcess();
        await portal.StartAsync();
        var page = await browser.OpenAsync();

        await page.SignInAsync(portal, "Pat Lindqvist");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Organizations", Level = 1 })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("Northwind Travel")).ToBeVisibleAsync();
        await page.GotoAsync(portal.Address + "/admin/jobs");
        await Assertions.Expect(page).ToHaveTitleAsync(new System.Text.RegularExpressions.Regex("Background work"));
    }
}
