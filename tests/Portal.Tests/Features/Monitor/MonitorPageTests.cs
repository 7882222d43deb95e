using Bunit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
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

        await RollUpAsync(rig, live);

        var page = screen.Open<MonitorPage>(live.ProjectId);
        page.WaitForAssertion(() => Assert.Contains("50.0 % [9.5, 90.5], n 2", page.Markup, StringComparison.Ordinal));
        Assert.Contains("100.0 % [20.7, 100.0], n 1", page.Markup, StringComparison.Ordinal);
        Assert.Contains("There is nothing to compare with", page.Markup, StringComparison.Ordinal);
        Assert.Equal(["intents@1 · Flash few-shot"], page.FindAll("[aria-label='By deployment'] tbody th").Select(c => c.TextContent));
        Assert.Equal(["Support desk"], page.FindAll("[aria-label='By key'] tbody th").Select(c => c.TextContent));
        Assert.NotEmpty(page.FindAll("figure.line-chart"));
    }

    [Fact]
    public async Task Schedule_IsSetOnThePage_SaidThereAndTurnedOffAgain()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        using (await rig.PostAsync(live.Generate, live.Key))
        {
        }

        await RollUpAsync(rig, live);
        await using (var looks = new GatewayScreen(rig, MemberRole.Viewer))
        {
            var looked = looks.Open<MonitorPage>(live.ProjectId);
            looked.WaitForAssertion(() => Assert.Contains("Nobody has set one. Your role lets you look.", looked.Markup, StringComparison.Ordinal));
            Assert.Empty(looked.FindAll(".retune-schedule"));
        }

        await using var screen = new GatewayScreen(rig, MemberRole.Editor);
        var page = screen.Open<MonitorPage>(live.ProjectId);
        page.WaitForAssertion(() => Assert.Contains("Tune again by schedule: off", page.Markup, StringComparison.Ordinal));
        Assert.True(Save().HasAttribute("disabled"));

        await ChooseAsync(RetunePace.Weekly);
        await page.InvokeAsync(() => Field("New rows from traffic, at least").Change("40"));
        await page.InvokeAsync(() => Field("Begin by itself up to, in dollars").Change("25.50"));
        page.WaitForAssertion(() => Assert.False(Save().HasAttribute("disabled")));
        await page.InvokeAsync(() => Save().Click());

        page.WaitForAssertion(() => Assert.Contains("Tune again by schedule: every week", page.Markup, StringComparison.Ordinal));
        Assert.Contains("by Olivia Brandt. Weekly, with at least 40 new rows. It begins by itself up to $25.50.", page.Markup, StringComparison.Ordinal);
        Assert.Equal(new RetunePlan(RetunePace.Weekly, 40, 25_500_000), await PlanAsync());

        page.WaitForAssertion(() => Assert.True(Save().HasAttribute("disabled")));
        await ChooseAsync(RetunePace.Off);
        page.WaitForAssertion(() => Assert.False(Save().HasAttribute("disabled")));
        await page.InvokeAsync(() => Save().Click());
        page.WaitForAssertion(() => Assert.Contains("Tune again by schedule: off", page.Markup, StringComparison.Ordinal));
        Assert.Equal(new RetunePlan(RetunePace.Off, 40, 25_500_000), await PlanAsync());

        AngleSharp.Dom.IElement Save() => page.FindAll("button").Single(b => b.TextContent.Contains("Save the schedule", StringComparison.Ordinal));
        AngleSharp.Dom.IElement Field(string label) => page.Find($"#{page.FindAll("label").Single(l => l.TextContent.Trim() == label).GetAttribute("for")}");
        Task ChooseAsync(RetunePace pace) => page.InvokeAsync(() => page.FindComponent<MudSelect<RetunePace>>().Instance.ValueChanged.InvokeAsync(pace));
        Task<RetunePlan> PlanAsync() => rig.ReadAsync("org_a", async db => (await db.RetuneSchedules.SingleAsync()).Plan);
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

    private static async Task RollUpAsync(GatewayRig rig, LiveEndpoint live)
    {
        await using var worker = rig.AsNobody();
        await worker.ServiceProvider.GetRequiredService<RollupWorker>().RunAsync("org_a", live.EndpointId, CancellationToken.None);
    }
}
