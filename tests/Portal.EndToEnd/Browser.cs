using Microsoft.Playwright;
using Xunit;

namespace Portal.EndToEnd;

/// <summary>The system's Chromium. Where CI runs it must be there; elsewhere its absence skips with a plain message.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string[] s_places = ["/usr/bin/chromium", "/usr/bin/google-chrome", "/usr/bin/chromium-browser"];

    private static readonly string[] s_arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        // Two cores may have much else to do: patience costs nothing where a page is there.
        Assertions.SetDefaultExpectTimeout(30_000);
        var path = s_places.FirstOrDefault(File.Exists);
        if (path is not null)
        {
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = path, Args = s_arguments });
        }
    }

    public async Task<IPage> OpenAsync(int width = 1440, int height = 900, bool dark = false)
    {
        if (_browser is null)
        {
            Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") is "true", "Chromium is not installed: ./dev.sh test installs it.");
            Assert.Fail("Chromium is missing, and CI must not skip the journey.");
        }

        var context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
        });
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(90_000);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }
}
