using System.Security.Cryptography;
using System.Text;
using Microsoft.Playwright;
using Xunit;

namespace Portal.EndToEnd;

/// <summary>A file that arrives whole whatever happens on its way.</summary>
public sealed class UploadTests(Browser browser) : IClassFixture<Browser>
{
    private const int PartBytes = 64 << 10;

    [Fact]
    public async Task Upload_ThroughAKilledServerAndAClosedPage_SendsOnlyTheRestAndIsWhole()
    {
        await using var portal = new PortalProcess(new() { ["Data__PartBytes"] = $"{PartBytes}" });
        await portal.StartAsync();
        var file = Path.Combine(Directory.CreateTempSubdirectory("portal-upload-").FullName, "requests.csv");
        await File.WriteAllTextAsync(file, Requests(rows: 60_000));
        var page = await browser.OpenAsync();
        await page.SignInAsync(portal, "Ben Okafor");
        await page.DefineAsync("Ticket routing", target: "70");

        // Killed while it goes, and started again: it goes on by itself.
        await page.Locator("input[type=file]").SetInputFilesAsync(file);
        await Assertions.Expect(page.GetByText("left").First).ToBeVisibleAsync();
        await portal.KillAsync();
        await Assertions.Expect(page.GetByText(new System.Text.RegularExpressions.Regex("Connection lost|The connection is lost")).First).ToBeVisibleAsync();
        await portal.StartAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "requests.csv" }).Or(page.Button("Import")).First).ToBeVisibleAsync(new() { Timeout = 90_000 });

        Assert.Equal([Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(file)))], await portal.StoredFilesAsync());
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    [Fact]
    public async Task Upload_WhosePageWasClosed_IsOfferedAgainAndSendsOnlyTheRest()
    {
        await using var portal = new PortalProcess(new() { ["Data__PartBytes"] = $"{PartBytes}" });
        await portal.StartAsync();
        var file = Path.Combine(Directory.CreateTempSubdirectory("portal-upload-").FullName, "requests.csv");
        await File.WriteAllTextAsync(file, Requests(rows: 60_000));
        var page = await browser.OpenAsync();
        await page.SignInAsync(portal, "Ben Okafor");
        var project = await page.DefineAsync("Ticket routing", target: "70");
        await page.Locator("input[type=file]").SetInputFilesAsync(file);
        await Assertions.Expect(page.GetByText("left").First).ToBeVisibleAsync();
        page.Dialog += (_, dialog) => dialog.AcceptAsync();
        await page.GotoAsync(project + "/data?tab=upload");
        await Assertions.Expect(page.GetByText("broke off")).ToBeVisibleAsync();

        var sent = 0;
        page.Request += (_, request) => sent += request.Method is "PUT" && request.Url.Contains("/parts/", StringComparison.Ordinal) ? 1 : 0;
        await page.Locator("input[type=file]").SetInputFilesAsync(file);
        await Assertions.Expect(page.Button("Import")).ToBeEnabledAsync(new() { Timeout = 90_000 });

        var parts = (new FileInfo(file).Length + PartBytes - 1) / PartBytes;
        Assert.InRange(sent, 1, parts - 1);
        Assert.Equal([Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(file)))], await portal.StoredFilesAsync());
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    private static string Requests(int rows)
    {
        var text = new StringBuilder("message,team\n");
        for (var row = 0; row < rows; row++)
        {
            text.Append("Request ").Append(row).Append(" about something that ought to be looked at by the people who know it best,").Append(row % 2 is 0 ? "billing" : "delivery").Append('\n');
        }

        return text.ToString();
    }
}
