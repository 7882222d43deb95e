using System.Diagnostics;
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
    private const string Consultancy = "fieldwork-partners";

    /// <summary>What stands for a part of an address; a page that nobody answers to is a page that is shown, too.</summary>
    private readonly Dictionary<string, string> _parts = new() { ["{Org}"] = Org, ["{Id}"] = "no-such-provider", ["{Token}"] = "no-such-invitation", ["{ErasureId}"] = "no-such-receipt", ["{ReviewId}"] = "no-such-review", ["{ModelId}"] = "gemini-3.5-flash" };

    /// <summary>What a page shows on its tabs and beside its table, which its route does not tell.</summary>
    private static readonly string[] s_tabs = ["/data?tab=findings", "/data?tab=versions", "/data/rows?row=1", "/data/rows?add=true", "/monitor/alerts?rule=new"];

    private readonly List<string> _faults = [];
    private readonly List<(double Seconds, string Address)> _times = [];

    [Fact]
    public async Task EveryPage_WideAndNarrowLightAndDark_IsFitToBeShown()
    {
        await using var portal = new PortalProcess(new() { ["Sandbox__StepDelayMilliseconds"] = "0" });
        await portal.StartAsync();
        var owner = await SignedInAsync(portal, "Olivia Brandt");
        await owner.GetByRole(AriaRole.Link, new() { Name = "Support message routing" }).ClickAsync(new() { Timeout = 60_000 });
        await Assertions.Expect(owner.Link("Tune")).ToBeVisibleAsync(new() { Timeout = 90_000 });
        var project = owner.Url.Split('/')[^1];
        _parts["{ProjectId}"] = project;
        var consultant = await SignedInAsync(portal, "Carla Mendes");
        var admin = await SignedInAsync(portal, "Pat Lindqvist");
        var listed = await admin.GetByRole(AriaRole.Link, new() { Name = "Northwind Travel" }).GetAttributeAsync("href");
        _parts["{TenantId}"] = listed?.Split('/')[^1] ?? "";

        await AnnounceAsync(admin, portal.Address);
        var pages = Routes().Select(Bind).ToList();
        Assert.True(pages.Count > 10, "The pages were not found.");
        var tabs = s_tabs.Concat(await SynthesizeAsync(owner, $"{portal.Address}/o/{Org}/projects/{project}"));
        foreach (var address in pages.Concat(tabs.Select(t => $"/o/{Org}/projects/{project}{t}")))
        {
            var visitor = address.StartsWith("/admin", StringComparison.Ordinal) ? admin : address.Contains(Consultancy, StringComparison.Ordinal) ? consultant : owner;
            await VisitAsync(visitor, portal.Address, address);
        }

        // Last, since it ends where the admin is inside: what both sides of a break-glass visit see above their pages.
        await BreakGlassAsync(admin, portal.Address);
        await VisitAsync(admin, portal.Address, $"/o/{Org}/projects/{project}");
        await Assertions.Expect(admin.GetByRole(AriaRole.Timer)).ToBeVisibleAsync();
        await VisitAsync(owner, portal.Address, $"/o/{Org}/permissions");
        await Assertions.Expect(owner.GetByText("of the platform looks into this organization")).ToBeVisibleAsync();

        foreach (var (seconds, address) in _times.OrderDescending().Take(5))
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"{address} was there after {seconds:0.00} s");
        }

        Assert.True(_faults.Count is 0, string.Join('\n', _faults));
    }

    /// <summary>So that every page is judged with a notice above it.</summary>
    private static async Task AnnounceAsync(IPage admin, string portal)
    {
        await admin.GotoAsync(portal + PortalUrls.AdminAnnouncements);
        await admin.GetByLabel("Text", new() { Exact = true }).FillAsync("Maintenance on Sunday from 22:00 to 22:30 UTC: pages may load again by themselves, and nothing is lost.");
        await admin.Button("Publish").ClickAsync();
        await Assertions.Expect(admin.GetByText("Shown now")).ToBeVisibleAsync();
    }

    /// <summary>A run whose drafts wait, and some that were decided about; of the version that the demo has frozen.</summary>
    /// <returns>Where it is shown: with what waits, with what was accepted, and with what was rejected.</returns>
    private static async Task<IReadOnlyList<string>> SynthesizeAsync(IPage owner, string project)
    {
        await owner.WriteRowsAsync(project, rows: 20);
        foreach (var (key, decided) in new[] { ("Enter", "Accepted (1)"), ("Delete", "Rejected (1)") })
        {
            await owner.Locator("ol.drafts > li").First.FocusAsync();
            await owner.Keyboard.PressAsync(key);
            await Assertions.Expect(owner.Link(decided)).ToBeVisibleAsync();
        }

        var run = $"/data/augment{new Uri(owner.Url).Query}";
        return [run, $"{run}&state=accepted", $"{run}&state=rejected"];
    }

    private async Task BreakGlassAsync(IPage admin, string portal)
    {
        await admin.GotoAsync(portal + PortalUrls.AdminTenant(_parts["{TenantId}"]));
        await admin.Button("Look inside…").ClickAsync();
        await admin.GetByLabel("Member in whose place you look").FillAsync("olivia@northwind-travel.example");
        await admin.GetByLabel("Why", new() { Exact = true }).FillAsync("Request 4711: the evaluation page stays empty since Monday.");
        await admin.Button("Break the glass").ClickAsync();
        await admin.WaitForURLAsync($"**/o/{Org}");
    }

    private static IEnumerable<string> Routes() =>
        typeof(PortalUrls).Assembly.GetTypes().SelectMany(t => t.GetCustomAttributes<RouteAttribute>()).Select(r => r.Template).Order(StringComparer.Ordinal);

    private string Bind(string template)
    {
        // The board of clients is a consultancy's; anybody else is told so.
        var address = template.EndsWith("/clients", StringComparison.Ordinal) ? template.Replace("{Org}", Consultancy, StringComparison.Ordinal) : template;
        address = _parts.Aggregate(address, (bound, part) => bound.Replace(part.Key, part.Value, StringComparison.Ordinal));
        Assert.False(address.Contains('{', StringComparison.Ordinal), $"{template} has a parameter this test knows no value for: give it one in {nameof(_parts)}.");
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
        var start = Stopwatch.GetTimestamp();
        await page.GotoAsync(portal + address);
        await Assertions.Expect(page.Locator("h1")).ToHaveCountAsync(1);
        await Assertions.Expect(page.GetByLabel("Loading", new() { Exact = true })).ToHaveCountAsync(0);
        _times.Add((Stopwatch.GetElapsedTime(start).TotalSeconds, address));
        // A colour on its way to another has no contrast to judge.
        await page.AddStyleTagAsync(new() { Content = "*, *::before, *::after { transition: none !important; animation: none !important }" });
        foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await ColourAsync(page, scheme);
            foreach (var width in new[] { 1440, 390 })
            {
                await page.SetViewportSizeAsync(width, 900);
                await FitsAsync(page, $"{address} at {width} px, {scheme}");
            }

            await ObeysAsync(page, scheme, $"{address}, {scheme}");
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

    private async Task FitsAsync(IPage page, string where)
    {
        var beyond = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        Note(beyond > 0, where, $"{beyond} px wider than the screen");
        // For people who want to look at them all: a picture of each goes where this names a folder.
        if (Environment.GetEnvironmentVariable("PORTAL_TEST_PICTURES") is { Length: > 0 } folder)
        {
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, where.Trim('/').Replace('/', '.') + ".png"), FullPage = true });
        }
    }

    private async Task ObeysAsync(IPage page, ColorScheme scheme, string where)
    {
        var headings = await page.Locator("h1").CountAsync();
        Note(headings is not 1, where, $"{headings} level-one headings");
        // Dark differs from light in its colours alone.
        var rules = new AxeRunOptions { ResultTypes = [ResultType.Violations], RunOnly = scheme is ColorScheme.Dark ? RunOnlyOptions.Rules("color-contrast") : null };
        // In the page itself, which has no frames: the other way opens another page each time, to put frames' results together, and takes thrice as long.
#pragma warning disable CS0618
        var found = await page.Locator("html").RunAxeLegacy(rules);
#pragma warning restore CS0618
        foreach (var violation in found.Violations)
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
