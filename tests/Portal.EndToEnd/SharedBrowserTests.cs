using Microsoft.Playwright;
using Xunit;

namespace Portal.EndToEnd;

/// <summary>Several organisations on one portal, in one browser's tabs and in two browsers at once: nothing of one is ever on the other's screen.</summary>
public sealed class SharedBrowserTests(Browser browser) : IClassFixture<Browser>
{
    private const int Actions = 200;
    private const string Northwind = "/o/northwind-travel";
    private const string Harbour = "/o/harbour-insurance";

    private static readonly string[] s_pages = ["", "/members", "/permissions", "/audit", "/billing", "/playbooks", "/connection", "/consultancies", "/leave", "/sign-in"];

    /// <summary>A step made anew may take its tab's words along, never its organisation's: what was opened for one ends there.</summary>
    [Fact]
    public async Task TwoTabs_OneIsSwitched_TheOtherKeepsItsOrganization()
    {
        await using var portal = new PortalProcess();
        await portal.StartAsync();
        var first = await browser.OpenAsync();
        await first.SignInAsync(portal, "Tamar Holm");
        await first.GotoAsync(portal.Address + Harbour);
        var second = await first.Context.NewPageAsync();
        await second.GotoAsync(portal.Address + Northwind);
        await first.Button("Create the first project").ClickAsync();
        await first.GetByLabel("What is it called?").FillAsync("Begun at Harbour");

        // The other tab goes to this one's organisation and back again.
        foreach (var (from, to) in new[] { ("Northwind Travel", "Harbour Insurance"), ("Harbour Insurance", "Northwind Travel") })
        {
            await second.Button($"{from}: switch organization").ClickAsync();
            await second.GetByRole(AriaRole.Menuitem, new() { Name = to }).Or(second.Locator(".mud-menu-item", new() { HasText = to })).First.ClickAsync();
            await Assertions.Expect(second.Button($"{to}: switch organization")).ToBeVisibleAsync();
        }

        await first.Button("Create project").ClickAsync();
        await first.WaitForURLAsync($"**{Harbour}/projects/prj_*", new() { WaitUntil = WaitUntilState.Commit });
        await Assertions.Expect(first.GetByRole(AriaRole.Heading, new() { Name = "Begun at Harbour", Level = 1 })).ToBeVisibleAsync();
        await second.GotoAsync(portal.Address + Northwind);
        await Assertions.Expect(second.GetByRole(AriaRole.Heading, new() { Name = "Projects", Level = 1 })).ToBeVisibleAsync();
        await Assertions.Expect(second.GetByText("Begun at Harbour")).ToHaveCountAsync(0);

        // Within one tab, too: the address of the other organisation is a circuit of its own, and its project is not there under this one's.
        var there = first.Url[(first.Url.LastIndexOf('/') + 1)..];
        await second.GotoAsync($"{portal.Address}{Northwind}/projects/{there}");
        await Assertions.Expect(second.GetByText("Nothing here")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task TwoBrowsers_WhateverTheyDo_ShowNothingOfEachOther()
    {
        await using var portal = new PortalProcess(new() { ["Sandbox__StepDelayMilliseconds"] = "0" });
        await portal.StartAsync();
        var seed = Environment.GetEnvironmentVariable("PORTAL_TEST_SEED") is { Length: > 0 } given ? int.Parse(given, System.Globalization.CultureInfo.InvariantCulture) : 20261130;
        TestContext.Current.TestOutputHelper?.WriteLine($"Seed {seed}");
#pragma warning disable CA5394 // A walk that can be walked again.
        var random = new Random(seed);
        var (one, two) = (await BeginAsync(portal, "Olivia Brandt", Northwind, "Canary of the north"), await BeginAsync(portal, "Ben Okafor", Harbour, "Canary of the harbour"));
        Dictionary<string, int> done = [];
        for (var i = 0; i < Actions; i++)
        {
            var (self, other) = random.Next(2) is 0 ? (one, two) : (two, one);
            var act = random.Next(5) switch
            {
                0 => await GoAsync(self, self.Org + s_pages[random.Next(s_pages.Length)]),
                1 => await GoAsync(self, $"{self.Org}/projects/{self.ProjectId}{new[] { "", "/define", "/data", "/model", "/tune", "/evaluate", "/deploy" }[random.Next(7)]}"),
                2 => await GoAsync(self, random.Next(2) is 0 ? $"{self.Org}/projects/{other.ProjectId}" : $"{other.Org}/projects/{other.ProjectId}", "Nothing here"),
                _ => await FollowAsync(self, random.Next()),
            };
            done[act] = done.GetValueOrDefault(act) + 1;
            var (shown, title) = (await self.Page.Locator("body").InnerHTMLAsync(), await self.Page.TitleAsync());
            // The address that was asked for is one's own words.
            Assert.False(shown.Contains(other.Canary, StringComparison.Ordinal) || title.Contains(other.Canary, StringComparison.Ordinal) || shown.Contains(other.Person, StringComparison.Ordinal),
                $"Seed {seed}, action {i}, {act}: {self.Page.Url} shows what is {other.Person}'s");
        }

#pragma warning restore CA5394
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", done.Select(d => $"{d.Value} × {d.Key}")));
        Assert.True(done.Count >= 4, "The walk stood still.");
    }

    private async Task<Walker> BeginAsync(PortalProcess portal, string person, string org, string canary)
    {
        var page = await browser.OpenAsync();
        await page.SignInAsync(portal, person);
        await page.Button("Create the first project").Or(page.Button("New project")).ClickAsync();
        await page.GetByLabel("What is it called?").FillAsync(canary);
        await page.Button("Create project").ClickAsync();
        await page.WaitForURLAsync("**/projects/prj_*", new() { WaitUntil = WaitUntilState.Commit });
        return new Walker(page, portal.Address, person, org, page.Url[(page.Url.LastIndexOf('/') + 1)..], canary);
    }

    private static async Task<string> GoAsync(Walker self, string address, string? expected = null)
    {
        await self.Page.GotoAsync(self.Portal + address);
        await Assertions.Expect(expected is null ? self.Page.Locator("h1").First : self.Page.GetByText(expected)).ToBeVisibleAsync();
        return expected is null ? "opened" : "refused";
    }

    /// <summary>A link of the page itself, within its circuit; back again where there is none.</summary>
    private static async Task<string> FollowAsync(Walker self, int which)
    {
        var links = await self.Page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('a[href]')].map(a => a.getAttribute('href')).filter(h => /^\\/o\\/[^?#]*$/.test(h) && !h.includes('/api/'))");
        if (links.Length is 0)
        {
            await self.Page.GoBackAsync();
            await Assertions.Expect(self.Page.Locator("h1").First).ToBeVisibleAsync();
            return "went back";
        }

        await self.Page.EvaluateAsync("h => [...document.querySelectorAll('a[href]')].find(a => a.getAttribute('href') === h)?.click()", links[which % links.Length]);
        await Assertions.Expect(self.Page.Locator("h1").First).ToBeVisibleAsync();
        return "followed a link";
    }

    private sealed record Walker(IPage Page, string Portal, string Person, string Org, string ProjectId, string Canary);
}
