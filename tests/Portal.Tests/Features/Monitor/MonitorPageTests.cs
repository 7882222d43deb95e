using Bunit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Monitor;
using Portal.Features.Tenancy;
using Portal.Tests.Features.Deploy;
using Xunit;

namespace Portal.Tests.Features.Monitor;

public sealed class MonitorPageTests
{
    [Fact]
    public async Task Monitor_SaysWhatIsMissing_ThenShowsTheCallsWithTheirIntervals()
    {
        await using var rig = await GatewayRig.StartAsync();
        var (empty, _) = await rig.CandidateAsync("org_a");
        var live = await rig.GoLiveAsync("org_a", "intents");
        await using var screen = new GatewayScreen(rig, MemberRole.Viewer);

        var nothing = screen.Open<MonitorPage>(empty);
        nothing.WaitForAssertion(() => Assert.Contains("Nothing is deployed yet", nothing.Markup, StringComparison.Ordinal));
        var silent = screen.Open<MonitorPage>(live.ProjectId);
        silent.WaitForAssertion(() => Assert.Contains("No call yet", silent.Markup, StringComparison.Ordinal));

        using (await rig.PostAsync(live.Generate, live.Key))
        {
            rig.Vertex.Answer = http => FakeVertex.FailAsync(http, 500, "INTERNAL");
        }

        using (await rig.PostAsync(live.Generate, live.Key))
        {
        }

        await using (var worker = rig.AsNobody())
        {
            await worker.ServiceProvider.GetRequiredService<RollupWorker>().RunAsync("org_a", live.EndpointId, CancellationToken.None);
        }

        var page = screen.Open<MonitorPage>(live.ProjectId);
        page.WaitForAssertion(() => Assert.Contains("50.0 % [9.5, 90.5], n 2", page.Markup, StringComparison.Ordinal));
        Assert.Contains("100.0 % [20.7, 100.0], n 1", page.Markup, StringComparison.Ordinal);
        Assert.Contains("There is nothing to compare with", page.Markup, StringComparison.Ordinal);
        Assert.Equal(["intents@1 · Flash few-shot"], page.FindAll("[aria-label='By deployment'] tbody th").Select(c => c.TextContent));
        Assert.Equal(["Support desk"], page.FindAll("[aria-label='By key'] tbody th").Select(c => c.TextContent));
        Assert.NotEmpty(page.FindAll("figure.line-chart"));
    }

    [Theory]
    [InlineData(MemberRole.Owner, true)]
    [InlineData(MemberRole.Admin, false)]
    public async Task Privacy_IsAnOwnersToDecide(MemberRole role, bool may)
    {
        await using var rig = await GatewayRig.StartAsync();
        await rig.CandidateAsync("org_a");
        await using var screen = new GatewayScreen(rig, role);
        var page = screen.Open<PrivacyPage>(null);
        page.WaitForAssertion(() => Assert.Contains("by nobody: nothing is kept", page.Markup, StringComparison.Ordinal));
        Assert.Equal(!may, page.Find("input[type=checkbox]").HasAttribute("disabled"));
        if (!may)
        {
            Assert.Contains("an owner decides", page.Markup, StringComparison.Ordinal);
            return;
        }

        await page.InvokeAsync(() => page.Find("input[type=checkbox]").Change(true));
        page.WaitForAssertion(() => Assert.False(page.Find("button[type=submit]").HasAttribute("disabled")));
        await page.InvokeAsync(() => page.Find("form").Submit());

        page.WaitForAssertion(() => Assert.Contains("by Olivia Brandt", page.Markup, StringComparison.Ordinal));
        Assert.Equal((true, 10, 30), await rig.ReadAsync("org_a", db => db.TextKeepings.Select(k => ValueTuple.Create(k.IsOn, k.SharePercent, k.Days)).SingleAsync()));
    }
}
