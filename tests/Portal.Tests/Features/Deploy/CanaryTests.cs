using System.Text.Json.Nodes;
using Bunit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Billing;
using Portal.Features.Define;
using Portal.Features.Deploy;
using Portal.Features.Model;
using Portal.Features.Monitor;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Features.Deploy;

public sealed class CanaryTests
{
    private const string CanaryModel = "projects/portal-sandbox/locations/us-central1/endpoints/7";

    private static readonly CancellationToken s_ct = CancellationToken.None;

    private static readonly (string, string)[] s_settings =
        [("Deploy:CanaryCalls", "10"), ("Deploy:CanaryThumbs", "10"), ("Deploy:CanaryEvery", "00:00:00.0000001"), ("Deploy:Burst", "10000"), ("Deploy:CallsPerMinute", "100000"),
         ("Deploy:OrganizationBurst", "100000"), ("Deploy:OrganizationCallsPerMinute", "1000000")];

    [Fact]
    public async Task Canary_ThatErrs_IsTakenBackByTheSweep_WhileWhatIsLiveAnswersOnBothNodes()
    {
        await using var rig = await GatewayRig.StartAsync(s_settings);
        var live = await rig.GoLiveAsync("org_a", "intents");
        await rig.ReadAsync("org_a", db => db.Users.ExecuteUpdateAsync(set => set.SetProperty(u => u.IsEmailVerified, true)));
        await using var second = await GatewayRig.StartAsync(
            [.. s_settings, ("Database:ConnectionString", $"Data Source={rig.DatabaseFile}"), ("Connect:SandboxUrl", rig.Vertex.Url)]);
        var canary = await BeginAsync(rig, live, 50);
        var sessions = Enumerable.Range(0, 60).Select(i => $"session {i}").ToList();

        // The same conversation is answered by the same side, whichever node and dialect it comes by.
        var versions = await CallAsync(rig, live, sessions);
        Assert.Equal(versions, await CallAsync(second, live, sessions));
        Assert.Equal(["intents@1", "intents@2"], versions.Distinct().Order());
        using (var openAi = await second.PostAsync("/openai/v1/chat/completions", live.Key, $$"""{"model":"intents","user":"{{sessions[0]}}","messages":[{"role":"user","content":"My card"}]}"""))
        {
            Assert.Equal(versions[0], (string?)JsonNode.Parse(await openAi.Content.ReadAsStringAsync(s_ct))!["model"]);
        }

        var byCanary = await rig.ReadAsync("org_a", db => db.InferenceLogs.CountAsync(l => l.Source == UsageSource.Endpoint && l.DeploymentId == canary));
        Assert.InRange(byCanary, versions.Count(v => v is "intents@2") * 2, (versions.Count(v => v is "intents@2") * 2) + 1);
        Assert.Equal(byCanary * 2, await rig.ReadAsync("org_a", db => db.UsageEvents.CountAsync(u => u.SubjectId == canary && u.Source == UsageSource.Endpoint)));

        await GuardAsync(rig);
        Assert.Equal(canary, (await rig.ReadAsync("org_a", db => db.Endpoints.SingleAsync())).CanaryDeploymentId);
        rig.Vertex.Answer = http => http.Request.Path.Value!.Contains("endpoints/7", StringComparison.Ordinal)
            ? FakeVertex.FailAsync(http, 500, "INTERNAL") : FakeVertex.JsonAsync(http, FakeVertex.Whole("billing"));
        var failing = await CallAsync(rig, live, sessions);
        Assert.Equal(versions.Select(v => v is "intents@1" ? v : "502"), failing);
        failing = await CallAsync(second, live, sessions);
        Assert.Equal(versions.Select(v => v is "intents@1" ? v : "502"), failing);

        await Task.WhenAll(GuardAsync(rig), GuardAsync(second));

        // A node believes for up to five seconds what it has read.
        await GatewayRig.WaitAsync(async () => (await CallAsync(second, live, sessions)).TrueForAll(v => v is "intents@1") ? "" : null);
        await using var owner = rig.As("org_a");
        var state = await owner.ServiceProvider.GetRequiredService<DeploymentService>().ReadAsync(live.ProjectId, s_ct);
        Assert.Equal((live.DeploymentId, 0), (state.Live?.Id, state.Endpoint?.CanaryPercent));
        Assert.Equal(canary, state.TakenBack?.Id);
        Assert.Contains("Failed calls: canary ", state.TakenBack!.EndReason, StringComparison.Ordinal);
        Assert.Contains($"n {byCanary + (versions.Count(v => v is "intents@2") * 2)}", state.TakenBack.EndReason, StringComparison.Ordinal);
        var entry = await rig.ReadAsync("org_a", db => db.Set<AuditEntry>().SingleAsync(e => e.Action == "canary.stopped"));
        Assert.Equal(state.TakenBack.EndReason, entry.Details);
        Assert.Equal("The canary of intents was taken back", (await rig.ReadAsync("org_a", db => db.OutgoingMails.SingleAsync())).Subject);
    }

    [Fact]
    public async Task Canary_ThatIsRatedWorse_IsTakenBack()
    {
        await using var rig = await GatewayRig.StartAsync(s_settings);
        var live = await rig.GoLiveAsync("org_a", "intents");
        var canary = await BeginAsync(rig, live, 50);
        foreach (var session in Enumerable.Range(0, 60).Select(i => $"session {i}"))
        {
            var (id, version) = await AnswerAsync(rig, live, session);
            using var rated = await rig.PostAsync($"/v1/responses/{id}/feedback", live.Key, $$"""{"thumb":"{{(version is "intents@2" ? "down" : "up")}}"}""");
            Assert.True(rated.IsSuccessStatusCode, await rated.Content.ReadAsStringAsync(s_ct));
        }

        await GuardAsync(rig);

        var ended = await rig.ReadAsync("org_a", db => db.Deployments.SingleAsync(d => d.Id == canary));
        Assert.Equal(DeploymentState.Undeployed, ended.State);
        Assert.Contains("Rated bad: canary 100.0 %", ended.EndReason, StringComparison.Ordinal);
        Assert.DoesNotContain("Failed calls", ended.EndReason, StringComparison.Ordinal);
        Assert.False(ended.CanComeBack);
    }

    [Fact]
    public async Task Limits_OfTheEndpoint_AreBoundedOnRecordAndDecide()
    {
        await using var rig = await GatewayRig.StartAsync(s_settings);
        var live = await rig.GoLiveAsync("org_a", "intents");
        var canary = await BeginAsync(rig, live, 50);
        await using var viewer = rig.As("org_a", MemberRole.Viewer);
        await using var stranger = rig.As("org_b");
        await using var editor = rig.As("org_a", MemberRole.Editor);
        var usual = Canaries(editor).LimitsOf(await rig.ReadAsync("org_a", db => db.Endpoints.SingleAsync()));
        await Assert.ThrowsAsync<ForbiddenException>(() => Canaries(viewer).SetLimitsAsync(live.ProjectId, usual, s_ct));
        await Assert.ThrowsAsync<NotFoundException>(() => Canaries(stranger).SetLimitsAsync(live.ProjectId, usual, s_ct));
        foreach (var wrong in new[]
        {
            usual with { ErrorShare = 0.51 }, usual with { ErrorShare = double.NaN }, usual with { LatencyRatio = 1 }, usual with { LatencyRatio = double.PositiveInfinity },
            usual with { ThumbShare = -0.01 }, usual with { Calls = 9 }, usual with { Answers = 59 }, usual with { Thumbs = 100_001 },
        })
        {
            await Assert.ThrowsAsync<PortalException>(() => Canaries(editor).SetLimitsAsync(live.ProjectId, wrong, s_ct));
        }

        rig.Vertex.Answer = http => http.Request.Path.Value!.Contains("endpoints/7", StringComparison.Ordinal)
            ? FakeVertex.FailAsync(http, 500, "INTERNAL") : FakeVertex.JsonAsync(http, FakeVertex.Whole("billing"));
        await CallAsync(rig, live, [.. Enumerable.Range(0, 60).Select(i => $"session {i}")]);
        await Canaries(editor).SetLimitsAsync(live.ProjectId, usual with { Calls = 1_000, ErrorShare = 0.25 }, s_ct);
        await GuardAsync(rig);
        var row = (await Canaries(editor).ReadAsync(live.ProjectId, s_ct))[0];
        Assert.Equal((GuardVerdict.NotEnough, 1_000, 0.25), (row.Verdict, row.Floor, row.Limit));
        await Canaries(editor).SetLimitsAsync(live.ProjectId, null, s_ct);
        await GuardAsync(rig);

        Assert.Equal(DeploymentState.Undeployed, (await rig.ReadAsync("org_a", db => db.Deployments.SingleAsync(d => d.Id == canary))).State);
        var entries = await rig.ReadAsync("org_a", db => db.Set<AuditEntry>().Where(e => e.Action == "canary.limited").OrderBy(e => e.At).Select(e => e.Details).ToListAsync());
        Assert.Contains("to errors +25 points from 1000 calls", entries[0], StringComparison.Ordinal);
        Assert.EndsWith(", as the portal has them.", entries[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Acts_StepPromoteAndTakeBack_AskForTheRightAndTheSameCanary()
    {
        await using var rig = await GatewayRig.StartAsync(s_settings);
        var live = await rig.GoLiveAsync("org_a", "intents");
        var canary = await BeginAsync(rig, live, 5);
        await using var viewer = rig.As("org_a", MemberRole.Viewer);
        await using var stranger = rig.As("org_b");
        await using var owner = rig.As("org_a", MemberRole.Editor);
        foreach (var act in new Func<CanaryService, Task>[]
        {
            c => c.StepAsync(live.ProjectId, canary, 25, s_ct), c => c.PromoteAsync(live.ProjectId, canary, s_ct), c => c.TakeBackAsync(live.ProjectId, canary, s_ct),
        })
        {
            await Assert.ThrowsAsync<ForbiddenException>(() => act(Canaries(viewer)));
            await Assert.ThrowsAsync<NotFoundException>(() => act(Canaries(stranger)));
        }

        await Assert.ThrowsAsync<NotFoundException>(() => Canaries(stranger).ReadAsync(live.ProjectId, s_ct));
        await Assert.ThrowsAsync<PortalException>(() => Canaries(owner).StepAsync(live.ProjectId, canary, 51, s_ct));
        await Assert.ThrowsAsync<PortalException>(() => Canaries(owner).PromoteAsync(live.ProjectId, live.DeploymentId, s_ct));
        await Assert.ThrowsAsync<PortalException>(() => owner.ServiceProvider.GetRequiredService<DeploymentService>().DeployAsync(live.ProjectId, live.CandidateId, "intents", "no reason at all", s_ct));

        await Canaries(owner).StepAsync(live.ProjectId, canary, 25, s_ct);
        Assert.Equal(25, (await rig.ReadAsync("org_a", db => db.Endpoints.SingleAsync())).CanaryPercent);
        await Canaries(owner).PromoteAsync(live.ProjectId, canary, s_ct);
        Assert.Equal(["intents@2", "intents@2"], await CallAsync(rig, live, ["one", "two"]));
        await Assert.ThrowsAsync<PortalException>(() => Canaries(owner).TakeBackAsync(live.ProjectId, canary, s_ct));
        var states = await rig.ReadAsync("org_a", db => db.Deployments.OrderBy(d => d.Number).Select(d => d.State).ToListAsync());
        Assert.Equal([DeploymentState.Undeployed, DeploymentState.Deployed], states);
    }

    [Fact]
    public async Task Promote_WhenItIsKilledInTheMiddle_LeavesWhatWasBefore_AndOneOfManyAtOnceWins()
    {
        var death = new Death();
        await using var rig = await GatewayRig.StartAsync(death.Install, s_settings);
        var live = await rig.GoLiveAsync("org_a", "intents");
        var canary = await BeginAsync(rig, live, 50);
        await using (var owner = rig.As("org_a"))
        {
            death.IsNear = true;
            await Assert.ThrowsAsync<TimeoutException>(() => Canaries(owner).PromoteAsync(live.ProjectId, canary, s_ct));
            death.IsNear = false;
            var state = await owner.ServiceProvider.GetRequiredService<DeploymentService>().ReadAsync(live.ProjectId, s_ct);
            Assert.Equal((live.DeploymentId, canary, 50), (state.Live?.Id, state.Canary?.Id, state.Endpoint?.CanaryPercent));
            Assert.Equal((DeploymentState.Deployed, DeploymentState.Canary), (state.Live?.State, state.Canary?.State));
            Assert.False(await rig.ReadAsync("org_a", db => db.Set<AuditEntry>().AnyAsync(e => e.Action == "canary.promoted")));
        }

        var tries = await Task.WhenAll(Enumerable.Range(0, 6).Select(async i =>
        {
            await using var owner = rig.As("org_a");
            return await Record.ExceptionAsync(() => i % 2 is 0 ? Canaries(owner).PromoteAsync(live.ProjectId, canary, s_ct) : Canaries(owner).TakeBackAsync(live.ProjectId, canary, s_ct));
        }));

        Assert.Single(tries, t => t is null);
        Assert.All(tries.OfType<Exception>(), t => Assert.IsType<PortalException>(t));
        var endpoint = await rig.ReadAsync("org_a", db => db.Endpoints.SingleAsync());
        Assert.Null(endpoint.CanaryDeploymentId);
        Assert.Equal(endpoint.LiveDeploymentId, await rig.ReadAsync("org_a", db => db.Deployments.Where(d => d.State == DeploymentState.Deployed).Select(d => d.Id).SingleAsync()));
        Assert.Equal(1, await rig.ReadAsync("org_a", db => db.Set<AuditEntry>().CountAsync(e => e.Action == "canary.promoted" || e.Action == "canary.taken-back")));
    }

    [Fact]
    public async Task Page_ShowsBothSides_AndPromotes()
    {
        await using var rig = await GatewayRig.StartAsync(s_settings);
        var live = await rig.GoLiveAsync("org_a", "intents");
        await BeginAsync(rig, live, 10);
        await CallAsync(rig, live, ["one"]);
        await using var screen = new GatewayScreen(rig, MemberRole.Owner);
        var page = screen.Open<DeployPage>(live.ProjectId);

        page.WaitForAssertion(() => Assert.Contains("Not enough calls yet: 0 of 10", page.Markup, StringComparison.Ordinal));
        page.WaitForAssertion(() => Assert.Contains(page.FindAll("button"), b => b.TextContent.Trim() is "Promote" && !b.HasAttribute("disabled")));
        Assert.Equal("90 % live, 10 % canary", page.Find("svg.shares").GetAttribute("aria-label"));
        await page.InvokeAsync(() => page.FindAll("button").Single(b => b.TextContent.Trim() is "Promote").Click());
        screen.Dialogs.WaitForAssertion(() => Assert.Contains("answer every call of intents", screen.Dialogs.Find(".mud-dialog").TextContent, StringComparison.Ordinal));
        await screen.Dialogs.InvokeAsync(() => screen.Dialogs.FindAll(".mud-dialog button").Single(b => b.TextContent.Trim() is "Promote").Click());
        page.WaitForAssertion(() => Assert.DoesNotContain("Canary beside live", page.Markup, StringComparison.Ordinal));
        page.WaitForAssertion(() => Assert.Contains("intents@2", page.Markup, StringComparison.Ordinal));
    }

    /// <summary>A second deployment for a share of the calls, tested and begun as a member begins it.</summary>
    private static async Task<string> BeginAsync(GatewayRig rig, LiveEndpoint live, int percent)
    {
        var candidate = await rig.ReadAsync("org_a", async db =>
        {
            var first = await db.Candidates.AsNoTracking().SingleAsync(c => c.Id == live.CandidateId);
            var next = new Candidate
            {
                ProjectId = first.ProjectId, Name = "Flash tuned", Rung = Rung.FewShot, BaseModelId = first.BaseModelId, ModelName = CanaryModel,
                RecipeId = first.RecipeId, VersionId = null, SourceId = "ver_2", Key = "tuned", CreatedAt = db.Now,
            };
            db.Candidates.Add(next);
            await db.SaveChangesAsync();
            return next;
        });
        await rig.EvaluateAsync("org_a", candidate, passed: true);
        await using var owner = rig.As("org_a");
        var deployment = await owner.ServiceProvider.GetRequiredService<DeploymentService>().DeployCanaryAsync(live.ProjectId, candidate.Id, percent, "", s_ct);
        await using var worker = rig.AsNobody();
        await worker.ServiceProvider.GetRequiredService<SmokeWorker>().RunAsync("org_a", deployment.Id, s_ct);
        Assert.Equal((deployment.Id, percent), await rig.ReadAsync("org_a", async db => await db.Endpoints.Select(e => new ValueTuple<string?, int>(e.CanaryDeploymentId, e.CanaryPercent)).SingleAsync()));
        return deployment.Id;
    }

    /// <summary>What answered each session, or the status of a refusal.</summary>
    private static async Task<List<string>> CallAsync(GatewayRig rig, LiveEndpoint live, IReadOnlyList<string> sessions)
    {
        List<string> versions = [];
        foreach (var session in sessions)
        {
            versions.Add((await AnswerAsync(rig, live, session)).Version);
        }

        return versions;
    }

    private static async Task<(string Id, string Version)> AnswerAsync(GatewayRig rig, LiveEndpoint live, string session)
    {
        using var body = new StringContent("""{"contents":[{"role":"user","parts":[{"text":"My card is gone"}]}]}""", null, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, live.Generate) { Content = body };
        request.Headers.Add("x-goog-api-key", live.Key);
        request.Headers.Add(GatewayCall.SessionHeader, session);
        using var response = await rig.Http.SendAsync(request, s_ct);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(s_ct))!;
        return response.IsSuccessStatusCode ? ((string)answer["responseId"]!, (string)answer["modelVersion"]!) : ("", $"{(int)response.StatusCode}");
    }

    private static async Task GuardAsync(GatewayRig rig)
    {
        await using (var platform = rig.AsNobody())
        {
            platform.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
            await using var db = await platform.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
            var sweep = platform.ServiceProvider.GetServices<ISwept>().OfType<CanarySweep>().Single();
            await sweep.EnqueueLostAsync(db, db.Now.AddSeconds(1), s_ct);
        }

        foreach (var job in rig.Work.Enqueued.Where(j => j.Type == typeof(CanaryWorker)).ToList())
        {
            await using var worker = rig.AsNobody();
            await worker.ServiceProvider.GetRequiredService<CanaryWorker>().RunAsync((string)job.Args[0], (string)job.Args[1], s_ct);
        }
    }

    private static CanaryService Canaries(AsyncServiceScope scope) => scope.ServiceProvider.GetRequiredService<CanaryService>();

    /// <summary>Ends a save after its statements and before its commit, as a process does that is killed there.</summary>
    private sealed class Death : IAlongSave
    {
        public bool IsNear { get; set; }

        public void Install(Microsoft.AspNetCore.Builder.WebApplicationBuilder builder)
        {
            var inner = builder.Services.Single(d => d.ServiceType == typeof(IDbContextFactory<PortalDbContext>)).ImplementationType!;
            builder.Services.AddScoped<IDbContextFactory<PortalDbContext>>(p => new Factory((IDbContextFactory<PortalDbContext>)ActivatorUtilities.CreateInstance(p, inner), this));
        }

        public Task<Func<CancellationToken, Task>> BeginAsync(PortalDbContext db, CancellationToken ct) =>
            Task.FromResult<Func<CancellationToken, Task>>(_ => throw new TimeoutException("The process is gone."));

        private sealed class Factory(IDbContextFactory<PortalDbContext> inner, Death death) : IDbContextFactory<PortalDbContext>
        {
            public PortalDbContext CreateDbContext()
            {
                var db = inner.CreateDbContext();
                db.Along = death.IsNear ? death : null;
                return db;
            }
        }
    }
}
