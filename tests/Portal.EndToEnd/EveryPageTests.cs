using System.Reflection;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.AspNetCore.Components;
using Microsoft.Playwright;
using Xunit;

namespace Portal.EndToEnd;

/// <summary>Every page there is, wide and narrow, light and dark. A new page is visited without being asked for.</summary>
public sealed class EveryPageTests(Browser browser) : IClassFixture<Browser>
{
    private const string Org = "northwind-travel";

    /// <summary>What a page shows on its tabs, which its route does not tell.</summary>
    private static readonly string[] s_tabs = ["/data?tab=findings", "/data?tab=rows", "/data?tab=versions"];

    private readonly List<string> _faults = [];

    [Fact]
    public async Task EveryPage_WideAndNarrowLightAndDark_IsFitToBeShown()
    {
        await using var portal = new PortalProcess(new() { ["Sandbox__StepDelayMilliseconds"] = "0" });
        await portal.StartAsync();
        var owner = await SignedInAsync(portal, "Olivia Brandt");
        await owner.GetByRole(AriaRole.Link, new() { Name = "Support message routing" }).ClickAsync(new() { Timeout = 60_000 });
        await Assertions.Expect(owner.Link("Tune")).ToBeVisibleAsync(new() { Timeout = 90_000 });
        var project = owner.Url.Split('/')[^1];
        var admin = await SignedInAsync(portal, "Pat Lindqvist");

        var pages = Routes().Select(r => Bind(r, project)).ToList();
        Assert.True(pages.Count > 10, "The pages were not found.");
        foreach (var address in pages.Concat(s_tabs.Select(t => $"/o/{Org}/projects/{project}{t}")))
        {
            await VisitAsync(address.StartsWith("/admin", StringComparison.Ordinal) ? admin : owner, portal.Address, address);
        }

        Assert.True(_faults.Count is 0, string.Join('\n', _faults));
    }

    private static IEnumerable<string> Routes() =>
        typeof(PortalUrls).Assembly.GetTypes().SelectMany(t => t.GetCustomAttributes<RouteAttribute>()).Select(r => r.Template).Order(StringComparer.Ordinal);

    private static string Bind(string template, string project)
    {
        var address = template.Replace("{Org}", Org, StringComparison.Ordinal).Replace("{ProjectId}", project, StringComparison.Ordinal);
        Assert.False(address.Contains('{', StringComparison.Ordinal), $"{template} has a parameter this test knows no value for: give it one in Bind.");
        return address;
    }

    private async Task<IPage> SignedInAsync(PortalProcess portal, string person)
    {
        var page = await browser.OpenAsync();
        await page.SignInAsync(portal, person);
        page.Console += (_, message) => Note(message.Type is "error", page.Url, message.Text);
        page.PageError += (_, error) => Note(true, page.Url, error);
        return page;
    }

    private async Task VisitAsync(IPage page, string portal, string address)
    {
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        await page.GotoAsync(portal + address);
        await Assertions.Expect(page.Locator("h1")).ToHaveCountAsync(1);
        await Assertions.Expect(page.GetByLabel("Loading", new() { Exact = true })).ToHaveCountAsync(0);
        // A colour on its way to another has no contrast to judge.
        await page.AddStyleTagAsync(new() { Content = "*, *::before, *::after { transition: none !important; animation: none !important }" });
        foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await ColourAsync(page, scheme);
            foreach (var width in new[] { 1440, 390 })
            {
                await page.SetViewportSizeAsync(width, 900);
                await LookAsync(page, $"{address} at {width} px, {scheme}");
            }
        }
    }

    private static async Task ColourAsync(IPage page, ColorScheme scheme)
    {
        await page.EmulateMediaAsync(new() { ColorScheme = scheme });
        var switchWord = scheme is ColorScheme.Dark ? "Use light colours" : "Use dark colours";
        if (await page.Locator("header.top-bar").CountAsync() > 0)
        {
            // The theme follows over the circuit; its switch says when it has.
            await Assertions.Expect(page.Button(switchWord)).ToBeVisibleAsync();
        }
    }

    private async Task LookAsync(IPage page, string where)
    {
        var headings = await page.Locator("h1").CountAsync();
        Note(headings is not 1, where, $"{headings} level-one headings");
        var beyond = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        Note(beyond > 0, where, $"{beyond} px wider than the screen");
        foreach (var violation in (await page.RunAxe()).Violations.Where(v => v.Impact is "serious" or "critical"))
        {
            Note(true, where, $"{violation.Id}: {violation.Help}: {Places(violation)}");
        }
    }

    private static string Places(AxeResultItem violation) => string.Join(" ", violation.Nodes.Take(3).Select(n => n.Html));

    private void Note(bool isFault, string where, string what)
    {
        if (isFault)
        {
            _faults.Add($"{where}: {what}");
        }
    }
}
