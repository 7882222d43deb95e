using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Billing;
using Portal.Features.Deploy;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Features.Deploy;

public sealed class SmokeWorkerTests
{
    [Fact]
    public async Task Run_WhenTheModelAnswersALabel_GoesLiveThroughTheWholePath()
    {
        await using var rig = await GatewayRig.StartAsync();
        var draft = await rig.DraftAsync("org_a", "intents");

        await RunAsync(rig, draft);

        var deployment = await DeploymentAsync(rig, draft);
        Assert.Equal(DeploymentState.Deployed, deployment.State);
        Assert.NotNull(deployment.SmokeMilliseconds);
        Assert.Equal(draft.DeploymentId, (await rig.ReadAsync("org_a", db => db.Endpoints.SingleAsync())).LiveDeploymentId);
        Assert.Equal(GatewayRig.Instruction, (string?)Assert.Single(rig.Vertex.Asked).Body["systemInstruction"]!["parts"]![0]!["text"]);
        var log = await rig.ReadAsync("org_a", db => db.InferenceLogs.SingleAsync());
        Assert.Equal(UsageSource.Playground, log.Source);
        Assert.Equal(0, await rig.ReadAsync("org_a", db => db.ApiKeyIndex.CountAsync()));
        Assert.NotNull((await rig.ReadAsync("org_a", db => db.ApiKeys.SingleAsync())).RevokedAt);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(MemberRole.Viewer)]
    public async Task Run_WhenTheApproverLostTheRight_CallsNobodyAndSaysWhy(MemberRole? role)
    {
        await using var rig = await GatewayRig.StartAsync();
        var draft = await rig.DraftAsync("org_a", "intents");
        await rig.SetMemberAsync("org_a", role);

        await RunAsync(rig, draft);

        var deployment = await DeploymentAsync(rig, draft);
        Assert.Equal(DeploymentState.Failed, deployment.State);
        Assert.Equal(
            "Olivia Brandt, who started this may no longer deploy, or issue and revoke keys here, so it was stopped before it began. Nothing is charged. Anybody who may can start it again.",
            deployment.SmokeProblem);
        Assert.Empty(rig.Vertex.Asked);
        Assert.Equal(0, await rig.ReadAsync("org_a", db => db.UsageEvents.CountAsync()));
        Assert.Equal(0, await rig.ReadAsync("org_a", db => db.ApiKeys.CountAsync()));
        Assert.Equal(StandingRight.Action, await rig.ReadAsync("org_a", db => db.Set<AuditEntry>().OrderByDescending(e => e.Sequence).Select(e => e.Action).FirstAsync()));
    }

    [Theory]
    [InlineData("", "empty answer")]
    [InlineData("I would say billing.", "none of the task's labels")]
    public async Task Run_WhenTheAnswerIsNotValid_FailsAndSaysWhy(string answer, string why)
    {
        await using var rig = await GatewayRig.StartAsync();
        var draft = await rig.DraftAsync("org_a", "intents");
        rig.Vertex.Answer = http => FakeVertex.JsonAsync(http, FakeVertex.Whole(answer));

        await RunAsync(rig, draft);

        var deployment = await DeploymentAsync(rig, draft);
        Assert.Equal(DeploymentState.Failed, deployment.State);
        Assert.Contains(why, deployment.SmokeProblem, StringComparison.Ordinal);
        Assert.Null((await rig.ReadAsync("org_a", db => db.Endpoints.SingleAsync())).LiveDeploymentId);
    }

    [Fact]
    public async Task Run_WhenTheVendorIsAway_FailsAndKeepsWhatWasLive()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        var next = await NextAsync(rig, live);
        rig.Vertex.Answer = http => FakeVertex.FailAsync(http, 503, "UNAVAILABLE");

        await RunAsync(rig, next);
        rig.Vertex.Answer = http => FakeVertex.JsonAsync(http, FakeVertex.Whole("billing"));
        using var call = await rig.PostAsync(live.Generate, live.Key);

        Assert.Equal(DeploymentState.Failed, (await DeploymentAsync(rig, next)).State);
        Assert.Contains("intents@1", await call.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OfANewDeployment_ReplacesTheOldAndItCanBePutBack()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        var next = await NextAsync(rig, live);

        await RunAsync(rig, next);
        using var after = await rig.PostAsync(live.Generate, live.Key);
        await using (var owner = rig.As("org_a"))
        {
            await owner.ServiceProvider.GetRequiredService<DeploymentService>().RollBackAsync(live.ProjectId, live.DeploymentId, CancellationToken.None);
        }

        using var meanwhile = await rig.PostAsync(live.Generate, live.Key);
        await RunAsync(rig, live);
        using var back = await rig.PostAsync(live.Generate, live.Key);

        Assert.Contains("intents@2", await after.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("intents@2", await meanwhile.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("intents@1", await back.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(DeploymentState.Undeployed, (await DeploymentAsync(rig, next)).State);
    }

    [Fact]
    public async Task Run_Twice_CallsOnce()
    {
        await using var rig = await GatewayRig.StartAsync();
        var draft = await rig.DraftAsync("org_a", "intents");

        await RunAsync(rig, draft);
        await RunAsync(rig, draft);

        Assert.Single(rig.Vertex.Asked);
    }

    [Fact]
    public async Task Run_AtOnceWithAnother_CallsOnce()
    {
        await using var rig = await GatewayRig.StartAsync();
        var draft = await rig.DraftAsync("org_a", "intents");

        await Task.WhenAll(RunAsync(rig, draft), RunAsync(rig, draft), RunAsync(rig, draft));

        Assert.Single(rig.Vertex.Asked);
        Assert.Equal(DeploymentState.Deployed, (await DeploymentAsync(rig, draft)).State);
    }

    [Fact]
    public async Task Sweep_FindsWhatWasNeverBegunAndWhatWasKilled()
    {
        await using var rig = await GatewayRig.StartAsync();
        var draft = await rig.DraftAsync("org_a", "never-begun");
        var killed = await rig.DraftAsync("org_b", "killed");
        await rig.ReadAsync("org_b", async db =>
        {
            (await db.Deployments.SingleAsync()).TryBeginTest(db.Now, TimeSpan.FromMinutes(2));
            return await db.SaveChangesAsync();
        });

        Assert.Equal(0, await SweepAsync(rig, TimeSpan.Zero));
        Assert.Equal(1, await SweepAsync(rig, TimeSpan.FromMinutes(1)));
        Assert.Equal(2, await SweepAsync(rig, TimeSpan.FromMinutes(3)));
        Assert.Contains(rig.Work.Enqueued, job => job.Args[0] is "org_a" && job.Args[1] as string == draft.DeploymentId);
        Assert.Contains(rig.Work.Enqueued, job => job.Args[0] is "org_b" && job.Args[1] as string == killed.DeploymentId);
    }

    private static async Task RunAsync(GatewayRig rig, LiveEndpoint draft)
    {
        await using var worker = rig.AsNobody();
        await worker.ServiceProvider.GetRequiredService<SmokeWorker>().RunAsync(draft.TenantId, draft.DeploymentId, CancellationToken.None);
    }

    private static Task<Deployment> DeploymentAsync(GatewayRig rig, LiveEndpoint draft) =>
        rig.ReadAsync(draft.TenantId, db => db.Deployments.AsNoTracking().SingleAsync(d => d.Id == draft.DeploymentId));

    /// <summary>A second deployment behind the same endpoint, approved and not yet tested.</summary>
    private static Task<LiveEndpoint> NextAsync(GatewayRig rig, LiveEndpoint live) => rig.ReadAsync(live.TenantId, async db =>
    {
        var first = await db.Deployments.AsNoTracking().SingleAsync(d => d.Id == live.DeploymentId);
        var deployment = new Deployment
        {
            ProjectId = first.ProjectId, EndpointId = first.EndpointId, CandidateId = first.CandidateId, CandidateName = "Flash tuned", BaseModelId = first.BaseModelId,
            Number = (await db.Endpoints.SingleAsync(e => e.Id == first.EndpointId)).TakeNumber(), GatePassed = true, ApprovedByUserId = "usr_1", ApprovedAt = db.Now,
        };
        db.Deployments.Add(deployment);
        await db.SaveChangesAsync();
        return live with { DeploymentId = deployment.Id };
    });

    private static async Task<int> SweepAsync(GatewayRig rig, TimeSpan later)
    {
        await using var platform = rig.AsNobody();
        platform.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
        await using var db = await platform.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        return await platform.ServiceProvider.GetServices<ISwept>().OfType<DeploymentSweep>().Single().EnqueueLostAsync(db, db.Now + later, CancellationToken.None);
    }
}
