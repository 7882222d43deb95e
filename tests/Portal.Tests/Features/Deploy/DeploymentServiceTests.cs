using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Components;
using Portal.Features.Deploy;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Xunit;

namespace Portal.Tests.Features.Deploy;

public sealed class DeploymentServiceTests
{
    [Fact]
    public async Task Deploy_ACandidateThatPassed_RecordsTheApprovalAndBeginsTheTest()
    {
        await using var rig = await GatewayRig.StartAsync();
        var (projectId, candidate) = await rig.CandidateAsync("org_a");
        await rig.EvaluateAsync("org_a", candidate, passed: true);
        await using var owner = rig.As("org_a");

        var deployment = await Deployments(owner).DeployAsync(projectId, candidate.Id, "intents", "", CancellationToken.None);

        Assert.Equal((DeploymentState.Draft, 1, true, "Olivia Brandt"), (deployment.State, deployment.Number, deployment.GatePassed, deployment.ApprovedByName));
        Assert.Equal(["org_a", deployment.Id], Assert.Single(rig.Work.Enqueued).Args.Take(2));
        Assert.Null((await Deployments(owner).ReadAsync(projectId, CancellationToken.None)).Live);
    }

    [Fact]
    public async Task Deploy_ACandidateNobodyEvaluated_IsRefused()
    {
        await using var rig = await GatewayRig.StartAsync();
        var (projectId, candidate) = await rig.CandidateAsync("org_a");
        await using var owner = rig.As("org_a");

        var refusal = await Assert.ThrowsAsync<PortalException>(() => Deployments(owner).DeployAsync(projectId, candidate.Id, "intents", "", CancellationToken.None));

        Assert.Contains("has not been evaluated", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(rig.Work.Enqueued);
    }

    [Fact]
    public async Task Deploy_InPlaceOfALiveModel_NeedsAComparisonWithIt()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        var next = await rig.ReadAsync("org_a", async db =>
        {
            var first = await db.Candidates.SingleAsync();
            var candidate = new Candidate
            {
                ProjectId = first.ProjectId, Name = "Next", Rung = Rung.Prompt, BaseModelId = first.BaseModelId, ModelName = first.ModelName, RecipeId = first.RecipeId, VersionId = null, SourceId = "ver_2", Key = "next",
                CreatedAt = db.Now,
            };
            db.Candidates.Add(candidate);
            await db.SaveChangesAsync();
            return candidate;
        });
        await rig.EvaluateAsync("org_a", next, passed: true, withLive: false);
        await using var admin = rig.As("org_a", MemberRole.Admin);
        async Task<DeployChoice> ChoiceAsync() => (await Deployments(admin).ChoicesAsync(live.ProjectId, CancellationToken.None)).Single(c => c.Candidate.Id == next.Id);

        Assert.Contains("is live, and Next was not held against it", Assert.Single((await ChoiceAsync()).Gate.Reasons), StringComparison.Ordinal);
        await Assert.ThrowsAsync<PortalException>(() => Deployments(admin).DeployAsync(live.ProjectId, next.Id, "intents", "", CancellationToken.None));
        await Assert.ThrowsAsync<PortalException>(() => Deployments(admin).DeployCanaryAsync(live.ProjectId, next.Id, 10, "", CancellationToken.None));

        await rig.EvaluateAsync("org_a", next, passed: true);
        Assert.Equal(2, (await ChoiceAsync()).Gate.Checks.Count(c => c.Name.Contains("what is live", StringComparison.Ordinal)));
        Assert.True((await Deployments(admin).DeployAsync(live.ProjectId, next.Id, "intents", "", CancellationToken.None)).GatePassed);
    }

    [Theory]
    [InlineData(MemberRole.Owner, "")]
    [InlineData(MemberRole.Owner, "   short   ")]
    [InlineData(MemberRole.Admin, "We have no other choice this week.")]
    [InlineData(MemberRole.Editor, "We have no other choice this week.")]
    public async Task Deploy_InSpiteOfTheGate_NeedsAnOwnerAndAReason(MemberRole role, string reason)
    {
        await using var rig = await GatewayRig.StartAsync();
        var (projectId, candidate) = await rig.CandidateAsync("org_a");
        await rig.EvaluateAsync("org_a", candidate, passed: false);
        await using var member = rig.As("org_a", role);

        await Assert.ThrowsAsync<PortalException>(() => Deployments(member).DeployAsync(projectId, candidate.Id, "intents", reason, CancellationToken.None));

        Assert.Equal(0, await rig.ReadAsync("org_a", db => db.Deployments.CountAsync()));
    }

    [Fact]
    public async Task Deploy_InSpiteOfTheGate_KeepsTheReason()
    {
        await using var rig = await GatewayRig.StartAsync();
        var (projectId, candidate) = await rig.CandidateAsync("org_a");
        await rig.EvaluateAsync("org_a", candidate, passed: false);
        await using var owner = rig.As("org_a");

        await Deployments(owner).DeployAsync(projectId, candidate.Id, "intents", " We have no other choice this week. ", CancellationToken.None);

        var deployment = await rig.ReadAsync("org_a", db => db.Deployments.SingleAsync());
        Assert.Equal((false, "We have no other choice this week."), (deployment.GatePassed, deployment.OverrideReason));
    }

    [Theory]
    [InlineData(MemberRole.Reviewer)]
    [InlineData(MemberRole.Viewer)]
    [InlineData(MemberRole.Billing)]
    public async Task EveryAct_WithoutTheRight_IsRefused(MemberRole role)
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        await using var member = rig.As("org_a", role);
        var deployments = Deployments(member);

        await Assert.ThrowsAsync<ForbiddenException>(() => deployments.DeployAsync(live.ProjectId, live.CandidateId, "intents", "", CancellationToken.None));
        await Assert.ThrowsAsync<ForbiddenException>(() => deployments.UndeployAsync(live.ProjectId, CancellationToken.None));
        await Assert.ThrowsAsync<ForbiddenException>(() => deployments.RollBackAsync(live.ProjectId, live.DeploymentId, CancellationToken.None));
        Assert.NotNull((await deployments.ReadAsync(live.ProjectId, CancellationToken.None)).Live);
    }

    [Fact]
    public async Task Deploy_AModelWithoutAPrice_IsRefusedWithThatReason()
    {
        await using var rig = await GatewayRig.StartAsync();
        var known = CatalogueService.Embedded().Select(e => e.ToModel()).First(m => m.IsOffered);
        var unpriced = new CatalogueModel { Id = "gemini-unpriced", DisplayName = "Gemini Unpriced", Tier = known.Tier, State = known.State };
        await rig.ReadAsync("org_a", async db =>
        {
            db.CatalogueModels.Add(unpriced);
            return await db.SaveChangesAsync();
        });
        var (projectId, candidate) = await rig.CandidateAsync("org_a", unpriced);
        await rig.EvaluateAsync("org_a", candidate, passed: true);
        await using var owner = rig.As("org_a");

        var refusal = await Assert.ThrowsAsync<PortalException>(() => Deployments(owner).DeployAsync(projectId, candidate.Id, "intents", "", CancellationToken.None));

        Assert.Contains("no price for Gemini Unpriced", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("I")]
    [InlineData("Intents")]
    [InlineData("1intents")]
    [InlineData("intents-")]
    [InlineData("my intents")]
    [InlineData("models/intents")]
    [InlineData("intents:generateContent")]
    [InlineData("a2345678901234567890123456789012345678901234567890")]
    public async Task Deploy_UnderANameNobodyCanWrite_IsRefused(string name)
    {
        await using var rig = await GatewayRig.StartAsync();
        var (projectId, candidate) = await rig.CandidateAsync("org_a");
        await rig.EvaluateAsync("org_a", candidate, passed: true);
        await using var owner = rig.As("org_a");

        await Assert.ThrowsAsync<PortalException>(() => Deployments(owner).DeployAsync(projectId, candidate.Id, name, "", CancellationToken.None));
    }

    [Fact]
    public async Task Deploy_UnderANameThatIsTaken_IsRefusedInTheSameOrganisationAlone()
    {
        await using var rig = await GatewayRig.StartAsync();
        await rig.GoLiveAsync("org_a", "intents");
        var (second, candidate) = await rig.CandidateAsync("org_a");
        await rig.EvaluateAsync("org_a", candidate, passed: true);
        var (other, foreign) = await rig.CandidateAsync("org_b");
        await rig.EvaluateAsync("org_b", foreign, passed: true);
        await using var a = rig.As("org_a");
        await using var b = rig.As("org_b");

        var refusal = await Assert.ThrowsAsync<PortalException>(() => Deployments(a).DeployAsync(second, candidate.Id, "intents", "", CancellationToken.None));

        Assert.Contains("Another project", refusal.Message, StringComparison.Ordinal);
        Assert.NotNull(await Deployments(b).DeployAsync(other, foreign.Id, "intents", "", CancellationToken.None));
    }

    [Fact]
    public async Task Deploy_WhileAnotherIsTested_IsRefused()
    {
        await using var rig = await GatewayRig.StartAsync();
        var (projectId, candidate) = await rig.CandidateAsync("org_a");
        await rig.EvaluateAsync("org_a", candidate, passed: true);
        await using var owner = rig.As("org_a");
        await Deployments(owner).DeployAsync(projectId, candidate.Id, "intents", "", CancellationToken.None);

        var refusal = await Assert.ThrowsAsync<PortalException>(() => Deployments(owner).DeployAsync(projectId, candidate.Id, "intents", "", CancellationToken.None));

        Assert.Contains("being tested", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deploy_ManyTimesAtOnce_BeginsOne()
    {
        await using var rig = await GatewayRig.StartAsync();
        var (projectId, candidate) = await rig.CandidateAsync("org_a");
        await rig.EvaluateAsync("org_a", candidate, passed: true);

        var tries = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            await using var owner = rig.As("org_a");
            return await Record.ExceptionAsync(() => Deployments(owner).DeployAsync(projectId, candidate.Id, "intents", "", CancellationToken.None));
        }));

        Assert.Single(tries, t => t is null);
        Assert.All(tries.OfType<Exception>(), t => Assert.IsType<PortalException>(t));
        Assert.Equal(1, await rig.ReadAsync("org_a", db => db.Deployments.CountAsync()));
    }

    [Fact]
    public async Task EveryAct_OnAnotherOrganisationsProject_IsNotFound()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        await using var stranger = rig.As("org_b");
        var deployments = Deployments(stranger);

        await Assert.ThrowsAsync<NotFoundException>(() => deployments.ReadAsync(live.ProjectId, CancellationToken.None));
        await Assert.ThrowsAsync<NotFoundException>(() => deployments.DeployAsync(live.ProjectId, live.CandidateId, "mine", "", CancellationToken.None));
        await Assert.ThrowsAsync<NotFoundException>(() => deployments.RollBackAsync(live.ProjectId, live.DeploymentId, CancellationToken.None));
        await Assert.ThrowsAsync<NotFoundException>(() => deployments.UndeployAsync(live.ProjectId, CancellationToken.None));
        await Assert.ThrowsAsync<NotFoundException>(() => stranger.ServiceProvider.GetRequiredService<ServingService>().FindLiveAsync(live.ProjectId, live.EndpointId, CancellationToken.None));
    }

    [Fact]
    public async Task Choices_ProposesWhatHasPassedFirst()
    {
        await using var rig = await GatewayRig.StartAsync();
        var (projectId, first) = await rig.CandidateAsync("org_a");
        var second = await rig.AddCandidateAsync("org_a", projectId, "Flash prompt");
        await rig.AddCandidateAsync("org_a", projectId, "Never evaluated");
        await rig.EvaluateAsync("org_a", first, passed: true);
        await rig.EvaluateAsync("org_a", second, passed: false);
        await using var owner = rig.As("org_a");

        var choices = await Deployments(owner).ChoicesAsync(projectId, CancellationToken.None);

        Assert.Equal([(first.Id, true), (second.Id, false)], choices.Select(c => (c.Candidate.Id, c.Gate.Passed)));
    }

    [Fact]
    public async Task Step_FollowsTheDeploymentsLife()
    {
        await using var rig = await GatewayRig.StartAsync();
        var (projectId, candidate) = await rig.CandidateAsync("org_a");
        Assert.Equal(StepStatus.Waits("Waits for an evaluation"), await StepAsync());

        await rig.EvaluateAsync("org_a", candidate, passed: false);
        Assert.Equal(StepState.Blocked, (await StepAsync()).State);

        await rig.EvaluateAsync("org_a", candidate, passed: true);
        Assert.Equal((StepState.Now, "Deploy"), ((await StepAsync()).State, (await StepAsync()).Action));

        await using (var owner = rig.As("org_a"))
        {
            await Deployments(owner).DeployAsync(projectId, candidate.Id, "intents", "", CancellationToken.None);
        }

        Assert.Equal(StepState.Working, (await StepAsync()).State);
        var deployment = await rig.ReadAsync("org_a", db => db.Deployments.SingleAsync());
        await using (var worker = rig.AsNobody())
        {
            await worker.ServiceProvider.GetRequiredService<SmokeWorker>().RunAsync("org_a", deployment.Id, CancellationToken.None);
        }

        Assert.Equal((StepState.Done, "live as intents · 0 calls today"), ((await StepAsync()).State, (await StepAsync()).Fact));

        async Task<StepStatus> StepAsync()
        {
            await using var owner = rig.As("org_a");
            return await owner.ServiceProvider.GetServices<IProjectStep>().OfType<DeployStep>().Single().ReadAsync(projectId, CancellationToken.None);
        }
    }

    [Theory]
    [InlineData("Support message routing", "support-message-routing")]
    [InlineData("  2026: Claims / Berlin  ", "claims-berlin")]
    [InlineData("Écoute-moi", "coute-moi")]
    [InlineData("客服", "my-model")]
    public void NameFrom_AProjectsName_IsASlugThatIsTaken(string project, string name)
    {
        Assert.Equal(name, Endpoint.NameFrom(project));
        Assert.Equal(name, Endpoint.CheckedName(name));
    }

    private static DeploymentService Deployments(AsyncServiceScope scope) => scope.ServiceProvider.GetRequiredService<DeploymentService>();
}
