using System.Net;
using System.Text.Json.Nodes;
using Bunit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Billing;
using Portal.Features.Deploy;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Features.Deploy;

public sealed class PauseTests
{
    private static readonly CancellationToken s_ct = CancellationToken.None;

    [Fact]
    public async Task Pause_TellsCallersInTheirDialectOnEveryNode_BillsNothing_AndResumes()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        var other = await rig.GoLiveAsync("org_b", "intents");
        await using var second = await GatewayRig.StartAsync(
            ("Database:ConnectionString", $"Data Source={rig.DatabaseFile}"), ("Connect:SandboxUrl", rig.Vertex.Url), ("Deploy:Burst", "10000"), ("Deploy:OrganizationBurst", "10000"));
        using (var before = await second.PostAsync(live.Generate, live.Key))
        {
            Assert.True(before.IsSuccessStatusCode);
        }

        await using var owner = rig.As("org_a");
        await Deployments(owner).PauseAsync(live.ProjectId, " We move house. Back at 14:00 \"CET\". ", s_ct);

        // The other node believes for up to five seconds what it has read.
        await second.WhenAsync(live.Generate, live.Key, status => status is HttpStatusCode.ServiceUnavailable);
        rig.Vertex.Asked.Clear();
        var (calls, uses) = await CountAsync(rig);
        foreach (var node in new[] { rig, second })
        {
            using var google = await node.PostAsync(live.Generate, live.Key);
            using var stream = await node.PostAsync(live.Stream, live.Key);
            using var count = await node.PostAsync("/v1/models/intents:countTokens", live.Key);
            using var openAi = await node.PostAsync("/openai/v1/chat/completions", live.Key, """{"model":"intents","messages":[{"role":"user","content":"My card"}]}""");
            Assert.Equal([503, 503, 503, 503], new[] { google, stream, count, openAi }.Select(r => (int)r.StatusCode));
            var told = JsonNode.Parse(await google.Content.ReadAsStringAsync(s_ct))!["error"]!;
            Assert.Equal(("UNAVAILABLE", "We move house. Back at 14:00 \"CET\"."), ((string?)told["status"], (string?)told["message"]));
            Assert.Equal("We move house. Back at 14:00 \"CET\".", (string?)JsonNode.Parse(await openAi.Content.ReadAsStringAsync(s_ct))!["error"]!["message"]);
            Assert.Equal("60", openAi.Headers.GetValues("Retry-After").Single());
            using var list = new HttpRequestMessage(HttpMethod.Get, "/v1/models/intents");
            list.Headers.Add("x-goog-api-key", live.Key);
            using var seen = await node.Http.SendAsync(list, s_ct);
            Assert.True(seen.IsSuccessStatusCode);
        }

        using (var theirs = await rig.PostAsync(other.Generate, other.Key))
        {
            Assert.True(theirs.IsSuccessStatusCode);
        }

        Assert.Single(rig.Vertex.Asked);
        Assert.Equal((calls, uses), await CountAsync(rig));
        await Deployments(owner).ResumeAsync(live.ProjectId, s_ct);
        await Deployments(owner).ResumeAsync(live.ProjectId, s_ct);
        await second.WhenAsync(live.Generate, live.Key, status => status is HttpStatusCode.OK);
        Assert.Equal(["endpoint.paused", "endpoint.resumed"], await rig.ReadAsync("org_a", db => db.Set<AuditEntry>()
            .Where(e => e.Action.StartsWith("endpoint.")).OrderBy(e => e.Sequence).Select(e => e.Action).ToListAsync()));
    }

    [Fact]
    public async Task Pause_IsHeldToTheRight_TheProjectAndOneShortLine()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        await using var viewer = rig.As("org_a", MemberRole.Viewer);
        await using var stranger = rig.As("org_b");
        await using var owner = rig.As("org_a", MemberRole.Editor);

        await Assert.ThrowsAsync<ForbiddenException>(() => Deployments(viewer).PauseAsync(live.ProjectId, "", s_ct));
        await Assert.ThrowsAsync<ForbiddenException>(() => Deployments(viewer).ResumeAsync(live.ProjectId, s_ct));
        await Assert.ThrowsAsync<NotFoundException>(() => Deployments(stranger).PauseAsync(live.ProjectId, "", s_ct));
        await Assert.ThrowsAsync<NotFoundException>(() => Deployments(stranger).ResumeAsync(live.ProjectId, s_ct));
        await Assert.ThrowsAsync<PortalException>(() => Deployments(owner).PauseAsync(live.ProjectId, new string('x', 301), s_ct));
        await Assert.ThrowsAsync<PortalException>(() => Deployments(owner).PauseAsync(live.ProjectId, "two\nlines", s_ct));
        Assert.Null((await rig.ReadAsync("org_a", db => db.Endpoints.SingleAsync())).PausedAt);

        await Deployments(owner).PauseAsync(live.ProjectId, "  ", s_ct);
        Assert.Equal(Endpoint.UsualPauseMessage, (await rig.ReadAsync("org_a", db => db.Endpoints.SingleAsync())).PauseMessage);
    }

    [Fact]
    public async Task RollBack_OntoAnEmptyAndPausedEndpoint_IsTestedFirst_AndWhatFailsMayBeTriedAgain()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        await using var owner = rig.As("org_a");
        await Deployments(owner).UndeployAsync(live.ProjectId, s_ct);
        await Deployments(owner).PauseAsync(live.ProjectId, "", s_ct);
        rig.Vertex.Answer = http => FakeVertex.FailAsync(http, 404, "NOT_FOUND");

        await Deployments(owner).RollBackAsync(live.ProjectId, live.DeploymentId, s_ct);
        await Assert.ThrowsAsync<PortalException>(() => Deployments(owner).RollBackAsync(live.ProjectId, live.DeploymentId, s_ct));
        await SmokeAsync(rig, live);

        var state = await Deployments(owner).ReadAsync(live.ProjectId, s_ct);
        Assert.Null(state.Live);
        Assert.Equal(live.DeploymentId, state.NotReturned?.Id);
        Assert.True(state.NotReturned?.CanComeBack);
        rig.Vertex.Answer = http => FakeVertex.JsonAsync(http, FakeVertex.Whole("billing"));
        await Deployments(owner).RollBackAsync(live.ProjectId, live.DeploymentId, s_ct);
        await SmokeAsync(rig, live);
        state = await Deployments(owner).ReadAsync(live.ProjectId, s_ct);
        Assert.Equal(live.DeploymentId, state.Live?.Id);
        Assert.Null(state.NotReturned);

        // A deployment that is put back does not open what was paused.
        using var paused = await rig.PostAsync(live.Generate, live.Key);
        Assert.Equal(503, (int)paused.StatusCode);
    }

    [Fact]
    public async Task RollBack_ByAMemberWhoLostTheRightSince_ChangesNothing()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        await using var owner = rig.As("org_a");
        await Deployments(owner).UndeployAsync(live.ProjectId, s_ct);
        await Deployments(owner).RollBackAsync(live.ProjectId, live.DeploymentId, s_ct);
        await rig.SetMemberAsync("org_a", MemberRole.Viewer);

        await SmokeAsync(rig, live);

        Assert.Empty(rig.Vertex.Asked);
        var deployment = await rig.ReadAsync("org_a", db => db.Deployments.SingleAsync());
        Assert.Equal((DeploymentState.Undeployed, true), (deployment.State, deployment.CanComeBack));
    }

    [Fact]
    public async Task Page_PausesWithWordsAndResumes()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        await using var screen = new GatewayScreen(rig, MemberRole.Editor);
        var page = screen.Open<DeployPage>(live.ProjectId);
        page.WaitForAssertion(() => Assert.Contains(page.FindAll("button"), b => b.TextContent.Trim() is "Pause" && !b.HasAttribute("disabled")));

        await page.InvokeAsync(() => page.FindAll("button").Single(b => b.TextContent.Trim() is "Pause").Click());
        screen.Dialogs.WaitForAssertion(() => Assert.Contains("What callers read", screen.Dialogs.Markup, StringComparison.Ordinal));
        await screen.Dialogs.InvokeAsync(() => screen.Dialogs.Find(".mud-dialog input").Input("Back at noon."));
        await screen.Dialogs.InvokeAsync(() => screen.Dialogs.FindAll(".mud-dialog button").Single(b => b.TextContent.Trim() is "Pause").Click());

        page.WaitForAssertion(() => Assert.Contains("Back at noon.", page.Markup, StringComparison.Ordinal));
        page.WaitForAssertion(() => Assert.Contains(page.FindAll("button"), b => b.TextContent.Trim() is "Resume" && !b.HasAttribute("disabled")));
        await page.InvokeAsync(() => page.FindAll("button").Single(b => b.TextContent.Trim() is "Resume").Click());
        page.WaitForAssertion(() => Assert.DoesNotContain("Back at noon.", page.Markup, StringComparison.Ordinal));
        Assert.Null((await rig.ReadAsync("org_a", db => db.Endpoints.SingleAsync())).PausedAt);
    }

    private static Task<(int Calls, int Uses)> CountAsync(GatewayRig rig) =>
        rig.ReadAsync("org_a", async db => (await db.InferenceLogs.CountAsync(), await db.UsageEvents.CountAsync()));

    private static async Task SmokeAsync(GatewayRig rig, LiveEndpoint live)
    {
        await using var worker = rig.AsNobody();
        await worker.ServiceProvider.GetRequiredService<SmokeWorker>().RunAsync(live.TenantId, live.DeploymentId, s_ct);
    }

    private static DeploymentService Deployments(AsyncServiceScope scope) => scope.ServiceProvider.GetRequiredService<DeploymentService>();
}
