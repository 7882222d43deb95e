using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;

namespace Portal.EndToEnd;

public sealed class JourneyTests(Browser browser) : IClassFixture<Browser>
{
    private static string Tickets => Path.Combine(Repository.Root, "src", "Portal", "Features", "Admin", "Demo", "support-tickets.csv");

    [Fact]
    public async Task Journey_FromSignInToACallWithAKey_GoesThroughAllSixSteps()
    {
        await using var portal = new PortalProcess(new() { ["Sandbox__StepDelayMilliseconds"] = "2" });
        await portal.StartAsync();
        var page = await browser.OpenAsync();
        await page.SignInAsync(portal, "Ben Okafor");

        var project = await page.DefineAsync("Ticket routing", target: "70");
        await page.UploadAndFreezeAsync(Tickets);
        await page.MeasureAndChooseAsync(portal);
        await page.StartTuningAsync(epochs: "8");
        await page.Link("Go on to Evaluate").ClickAsync(new() { Timeout = 120_000 });
        await EvaluateAsync(page, "On the 32 sealed rows of version 1");
        await DeployAsync(page, project, "tickets");
        var answer = await CallWithNewKeyAsync(page, portal, "tickets", "My suitcase never arrived in Palermo");

        Assert.Contains(answer, new[] { "refund", "payment", "baggage", "check_in", "account", "complaint", "booking_change", "cancellation" });
        await page.GotoAsync(portal.Address + "/o/harbour-insurance/billing");
        await Assertions.Expect(page.GetByText("Ticket routing").First).ToBeVisibleAsync();
        foreach (var activity in new[] { "Tuning", "Evaluation", "Calls to the endpoint" })
        {
            await Assertions.Expect(page.Locator("main")).ToContainTextAsync(activity);
        }
    }

    [Fact]
    public async Task Journey_OnTenThousandMessagesOfABank_EndsInAProvenModelThatAnswers()
    {
        Assert.SkipUnless(File.Exists(Repository.Banking), "The public data sets are not here: no shared/datasets folder beside the repository.");
        await using var portal = new PortalProcess(new() { ["Sandbox__StepDelayMilliseconds"] = "2" });
        await portal.StartAsync();
        var page = await browser.OpenAsync();
        await page.SignInAsync(portal, "Ben Okafor");

        var project = await page.DefineAsync("Card support", target: "80");
        await page.UploadAndFreezeAsync(Repository.Banking, decision: "Keep");
        await page.MeasureAndChooseAsync(portal);
        await page.StartTuningAsync(epochs: "3");
        await page.Link("Go on to Evaluate").ClickAsync(new() { Timeout = 240_000 });
        await EvaluateAsync(page, "sealed rows of version 1");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("p < 0.0001");
        await DeployAsync(page, project, "cards");
        var answer = await CallWithNewKeyAsync(page, portal, "cards", "My card has not arrived yet, when will it come?");

        Assert.Equal("card_arrival", answer);
    }

    [Fact]
    public async Task Tuning_BrowserClosedAndProcessKilled_FinishesByItselfWithOneVendorJob()
    {
        await using var portal = new PortalProcess(new() { ["Sandbox__StepDelayMilliseconds"] = "60" });
        await portal.StartAsync();
        var page = await browser.OpenAsync();
        await page.SignInAsync(portal, "Olivia Brandt");
        await page.GetByRole(AriaRole.Link, new() { Name = "Support message routing" }).ClickAsync(new() { Timeout = 60_000 });
        await page.Link("Tune").ClickAsync(new() { Timeout = 90_000 });
        var tune = page.Url;
        await page.StartTuningAsync(epochs: "10");
        await Assertions.Expect(page.GetByText(new Regex(@"\d+ of 160"))).ToBeVisibleAsync(new() { Timeout = 60_000 });

        await page.Context.CloseAsync();
        await portal.KillAsync();
        await portal.StartAsync();

        using var sandbox = new HttpClient();
        var state = await UntilTheJobEndsAsync(sandbox, new Uri(portal.SandboxAddress + "/sandbox/state"));
        Assert.Equal(1, state.GetProperty("tuningJobs").GetInt32());

        var again = await browser.OpenAsync();
        await again.SignInAsync(portal, "Olivia Brandt");
        await again.GotoAsync(tune);
        await Assertions.Expect(again.Link("Go on to Evaluate")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Assertions.Expect(again.GetByText("160 of 160")).ToBeVisibleAsync();
    }

    private static async Task EvaluateAsync(IPage page, string rows)
    {
        await page.GetByRole(AriaRole.Checkbox, new() { NameRegex = new("Look at the sealed rows") }).CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Evaluate · about") }).ClickAsync();
        await Assertions.Expect(page.GetByText(rows).First).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync(new Regex(@"\d+\.\d % \[\d+\.\d, \d+\.\d\]"));
    }

    private static async Task DeployAsync(IPage page, string project, string name)
    {
        await page.GotoAsync(project + "/deploy");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync(name);
        var reason = page.GetByLabel("Deploy although the gate did not pass: reason");
        if (await reason.IsVisibleAsync())
        {
            await reason.FillAsync("Thirty-two rows cannot prove it; a pilot will.");
        }

        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Deploy( in spite of the gate)?$") }).ClickAsync();
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync($"{name}@1", new() { Timeout = 60_000 });
    }

    private static async Task<string> CallWithNewKeyAsync(IPage page, PortalProcess portal, string name, string text)
    {
        await page.Button("Issue key").ClickAsync();
        await page.GetByLabel("Who uses it?").FillAsync("Support desk");
        await page.Button("Issue key").ClickAsync();
        var secret = await page.Locator(".secret code").InnerTextAsync();
        await page.Button("I have stored it").ClickAsync();

        using var caller = new HttpClient();
        caller.DefaultRequestHeaders.Add("x-goog-api-key", secret);
        var question = new { contents = new[] { new { role = "user", parts = new[] { new { text } } } } };
        using var answer = await caller.PostAsJsonAsync(new Uri($"{portal.Address}/v1/models/{name}:generateContent"), question);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, body);
        using var json = JsonDocument.Parse(body);
        Assert.True(json.RootElement.GetProperty("usageMetadata").GetProperty("promptTokenCount").GetInt32() > 0);
        return json.RootElement.GetProperty("candidates")[0].GetProperty("content").GetProperty("parts")[0].GetProperty("text").GetString() ?? "";
    }

    private static async Task<JsonElement> UntilTheJobEndsAsync(HttpClient sandbox, Uri address)
    {
        for (var attempt = 0; attempt < 240; attempt++)
        {
            var state = await sandbox.GetFromJsonAsync<JsonElement>(address);
            if (state.GetProperty("tuningJobsByState").TryGetProperty("JOB_STATE_SUCCEEDED", out _))
            {
                return state;
            }

            await Task.Delay(500);
        }

        throw new TimeoutException("The tuning did not end within two minutes after the restart.");
    }
}
