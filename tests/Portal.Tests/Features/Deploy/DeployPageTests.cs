using Bunit;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Billing;
using Portal.Features.Deploy;
using Portal.Features.Tenancy;
using Xunit;

namespace Portal.Tests.Features.Deploy;

public sealed class DeployPageTests
{
    [Fact]
    public async Task Page_WithoutAnEvaluation_LeadsToEvaluate()
    {
        await using var rig = await GatewayRig.StartAsync();
        var (projectId, _) = await rig.CandidateAsync("org_a");
        await using var screen = new GatewayScreen(rig, MemberRole.Owner);

        var page = screen.Open<DeployPage>(projectId);

        page.WaitForAssertion(() => Assert.Contains("Nothing to deploy yet", page.Markup, StringComparison.Ordinal));
        Assert.EndsWith("/evaluate", page.Find("a.mud-button-filled").GetAttribute("href"), StringComparison.Ordinal);
        Assert.Contains("Practice mode", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_WhenTheGateHasPassed_DeploysUnderTheNameThatIsShown()
    {
        await using var rig = await GatewayRig.StartAsync();
        var (projectId, candidate) = await rig.CandidateAsync("org_a");
        await rig.EvaluateAsync("org_a", candidate, passed: true);
        await using var screen = new GatewayScreen(rig, MemberRole.Editor);
        var page = screen.Open<DeployPage>(projectId);
        page.WaitForAssertion(() => Assert.Contains("Release gate: passed", page.Markup, StringComparison.Ordinal));

        await page.InvokeAsync(() => page.FindAll("button").Single(b => b.TextContent.Trim() is "Deploy").Click());

        page.WaitForAssertion(() => Assert.Contains("Testing Flash few-shot", page.Markup, StringComparison.Ordinal));
        Assert.Equal("support-triage", (await rig.ReadAsync("org_a", db => db.Endpoints.SingleAsync())).Name);
    }

    [Theory]
    [InlineData(MemberRole.Owner, "Say why first")]
    [InlineData(MemberRole.Admin, "only an owner may deploy")]
    [InlineData(MemberRole.Viewer, "lets you look")]
    public async Task Page_WhenTheGateHasNotPassed_ShowsTheChecksAndWhyTheButtonIsOff(MemberRole role, string reason)
    {
        await using var rig = await GatewayRig.StartAsync();
        var (projectId, candidate) = await rig.CandidateAsync("org_a");
        await rig.EvaluateAsync("org_a", candidate, passed: false);
        await using var screen = new GatewayScreen(rig, role);

        var page = screen.Open<DeployPage>(projectId);

        page.WaitForAssertion(() => Assert.Contains("Release gate: not passed", page.Markup, StringComparison.Ordinal));
        Assert.Contains("70.0 % [67.0, 73.0], n 1,000", page.Markup, StringComparison.Ordinal);
        Assert.True(page.FindAll("button").Single(b => b.TextContent.Trim() is "Deploy in spite of the gate").HasAttribute("disabled"));
        Assert.Contains(reason, page.Markup, StringComparison.Ordinal);
        Assert.Equal(role is MemberRole.Owner, page.FindAll("textarea").Count > 0);
    }

    [Fact]
    public async Task Page_WhenLive_ShowsAddressKeysSnippetsAndTraffic()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        using (await rig.PostAsync(live.Generate, live.Key))
        {
        }

        await using var screen = new GatewayScreen(rig, MemberRole.Owner);
        var page = screen.Open<DeployPage>(live.ProjectId);

        page.WaitForAssertion(() => Assert.Contains("intents@1", page.Markup, StringComparison.Ordinal));
        Assert.Contains(KeySecret.PrefixOf(live.Key), page.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain(live.Key, page.Markup, StringComparison.Ordinal);
        Assert.Contains("http://localhost/v1/models/intents:generateContent", page.Find("pre").TextContent, StringComparison.Ordinal);
        Assert.Equal(["1", "0", "0", "21", "5"], page.FindAll("[aria-label=Traffic] tbody tr:first-child td").Take(5).Select(c => c.TextContent));
        Assert.Single(page.FindAll("button.mud-button-filled"));
    }

    [Fact]
    public async Task IssueKey_ShowsTheSecretOnceAndNeverAgain()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        await using var screen = new GatewayScreen(rig, MemberRole.Owner);
        var page = screen.Open<DeployPage>(live.ProjectId);
        page.WaitForAssertion(() => Assert.Contains("API keys", page.Markup, StringComparison.Ordinal));

        await page.InvokeAsync(() => page.FindAll("button").Single(b => b.TextContent.Trim() is "Issue key").Click());
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("form input")));
        await page.InvokeAsync(() => page.Find("form input").Input("Night shift"));
        page.WaitForAssertion(() => Assert.False(page.Find("form button[type=submit]").HasAttribute("disabled")));
        await page.InvokeAsync(() => page.Find("form").Submit());

        screen.Dialogs.WaitForAssertion(() => Assert.Contains("Store it now: it cannot be shown again.", screen.Dialogs.Markup, StringComparison.Ordinal));
        var secret = screen.Dialogs.Find(".secret code").TextContent;
        Assert.True(KeySecret.IsWellFormed(secret));
        using (var call = await rig.PostAsync(live.Generate, secret))
        {
            Assert.True(call.IsSuccessStatusCode);
        }

        await screen.Dialogs.InvokeAsync(() => screen.Dialogs.FindAll("button").Single(b => b.TextContent.Trim() is "I have stored it").Click());

        screen.Dialogs.WaitForAssertion(() => Assert.DoesNotContain(secret, screen.Dialogs.Markup, StringComparison.Ordinal));
        page.WaitForAssertion(() => Assert.Contains("Night shift", page.Markup, StringComparison.Ordinal));
        Assert.DoesNotContain(secret, page.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, screen.Open<DeployPage>(live.ProjectId).Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Revoke_AsksFirstAndNamesTheKey()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        await using var screen = new GatewayScreen(rig, MemberRole.Owner);
        var page = screen.Open<DeployPage>(live.ProjectId);
        page.WaitForAssertion(() => Assert.Contains("Support desk", page.Markup, StringComparison.Ordinal));

        await page.InvokeAsync(() => page.Find("button[aria-label='Revoke Support desk']").Click());

        screen.Dialogs.WaitForAssertion(() => Assert.Contains("Revoke the key \"Support desk\"", screen.Dialogs.Find(".mud-dialog").TextContent, StringComparison.Ordinal));
        Assert.Null((await rig.ReadAsync("org_a", db => db.ApiKeys.SingleAsync())).RevokedAt);
        await screen.Dialogs.InvokeAsync(() => screen.Dialogs.FindAll("button").Single(b => b.TextContent.Trim() is "Revoke").Click());
        page.WaitForAssertion(() => Assert.Contains("Revoked", page.Find("[aria-label='API keys'] tbody").TextContent, StringComparison.Ordinal));
        Assert.NotNull((await rig.ReadAsync("org_a", db => db.ApiKeys.SingleAsync())).RevokedAt);
    }

    [Fact]
    public async Task Playground_Sends_AndShowsTheAnswerWithWhatItCost()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        await using var screen = new GatewayScreen(rig, MemberRole.Reviewer);
        var page = screen.Open<DeployPage>(live.ProjectId);
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll(".playground textarea")));

        await page.InvokeAsync(() => page.Find(".playground textarea").Input("My card is gone"));
        page.Find(".playground").KeyDown(new KeyboardEventArgs { Key = "Enter", CtrlKey = true });

        page.WaitForAssertion(() => Assert.Equal("billing", page.Find(".exchanges .answered").TextContent));
        Assert.Contains("21 tokens in, 5 out", page.Find(".exchanges").TextContent, StringComparison.Ordinal);
        var log = await rig.ReadAsync("org_a", db => db.InferenceLogs.SingleAsync());
        Assert.Equal((UsageSource.Playground, null), (log.Source, log.ApiKeyId));
        Assert.Equal(2, await rig.ReadAsync("org_a", db => db.UsageEvents.CountAsync()));
    }

    [Fact]
    public async Task Playground_WhenTheVendorFails_SaysWhat()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        rig.Vertex.Answer = http => FakeVertex.FailAsync(http, 503, "UNAVAILABLE");
        await using var screen = new GatewayScreen(rig, MemberRole.Owner);
        var page = screen.Open<DeployPage>(live.ProjectId);
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll(".playground textarea")));

        await page.InvokeAsync(() => page.Find(".playground textarea").Input("x"));
        await page.InvokeAsync(() => page.FindAll("button").Single(b => b.TextContent.Trim() is "Send").Click());

        page.WaitForAssertion(() => Assert.Contains("overloaded", page.Find(".exchanges .problem").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Page_OfAnotherOrganisationsProject_ShowsNothing()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_b", "intents");
        await using var screen = new GatewayScreen(rig, MemberRole.Owner);

        var page = screen.Open<DeployPage>(live.ProjectId);

        page.WaitForAssertion(() => Assert.Contains("Nothing here", page.Markup, StringComparison.Ordinal));
        Assert.DoesNotContain("intents", page.Markup, StringComparison.Ordinal);
    }
}
