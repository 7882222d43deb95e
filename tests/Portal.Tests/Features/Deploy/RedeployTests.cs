using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Data;
using Portal.Features.Deploy;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Features.Tune;
using Portal.Persistence;
using Xunit;
using Endpoint = Portal.Features.Deploy.Endpoint;

namespace Portal.Tests.Features.Deploy;

/// <summary>Putting back and promoting, on the database of the suite, also where the process is killed at each of its saves.</summary>
public sealed class RedeployTests
{
    private const string Place = "projects/p/locations/us-central1";
    private const string GoneEndpoint = $"{Place}/endpoints/2";

    private static readonly CancellationToken s_ct = CancellationToken.None;

    [Fact]
    public async Task RollBack_WhereGoogleHasNoEndpoint_SaysSoBefore_DeploysThereAgain_AndAnswers()
    {
        await using var world = await World.StartAsync();
        var (live, tuned) = await world.ReplacedAsync("org_a");
        await using var owner = world.Rig.As("org_a");
        await using var viewer = world.Rig.As("org_a", MemberRole.Viewer);
        await using var stranger = world.Rig.As("org_b");
        await Assert.ThrowsAsync<ForbiddenException>(() => Redeploys(viewer).PlanAsync(live.ProjectId, tuned, s_ct));
        await Assert.ThrowsAsync<NotFoundException>(() => Redeploys(stranger).PlanAsync(live.ProjectId, tuned, s_ct));
        Assert.True((await Redeploys(owner).PlanAsync(live.ProjectId, tuned, s_ct)).IsGone);
        Assert.False((await Redeploys(owner).PlanAsync(live.ProjectId, live.DeploymentId, s_ct)).IsGone);
        world.IsDown = true;
        Assert.Null((await Redeploys(owner).PlanAsync(live.ProjectId, tuned, s_ct)).IsGone);
        world.IsDown = false;

        await Deployments(owner).RollBackAsync(live.ProjectId, tuned, s_ct);
        await SmokeAsync(world.Rig, "org_a", tuned);

        var made = Assert.Single(world.Made);
        Assert.Equal("1", made.Value.Checkpoint);
        var state = await Deployments(owner).ReadAsync(live.ProjectId, s_ct);
        Assert.Equal((tuned, DeploymentState.Undeployed), (state.Live?.Id, state.Deployments.Single(d => d.Id == live.DeploymentId).State));
        Assert.Equal(made.Key, await world.Rig.ReadAsync("org_a", db => db.Candidates.Where(c => c.Rung == Rung.Tuned).Select(c => c.ModelName).SingleAsync()));
        Assert.Contains(GoneEndpoint, (await world.Rig.ReadAsync("org_a", db => db.Set<AuditEntry>().SingleAsync(e => e.Action == "deployment.redeployed"))).Details, StringComparison.Ordinal);
        using var answer = await world.Rig.PostAsync(live.Generate, live.Key);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(s_ct));
        Assert.Contains(world.Rig.Vertex.Asked, a => a.Path.EndsWith($"{made.Key}:generateContent", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("model", "so is the tuned model itself")]
    [InlineData("label", "does not carry this organization's label")]
    [InlineData("quota", "could not be deployed there again")]
    public async Task RollBack_WhereGoogleCannotDeployItAgain_SaysWhy_AndWhatIsLiveAnswersOn(string missing, string words)
    {
        await using var world = await World.StartAsync();
        var (live, tuned) = await world.ReplacedAsync("org_a");
        world.Missing = missing;
        await using var owner = world.Rig.As("org_a");

        await Deployments(owner).RollBackAsync(live.ProjectId, tuned, s_ct);
        await SmokeAsync(world.Rig, "org_a", tuned);

        var state = await Deployments(owner).ReadAsync(live.ProjectId, s_ct);
        Assert.Equal((live.DeploymentId, tuned), (state.Live?.Id, state.NotReturned?.Id));
        Assert.Contains(words, state.NotReturned?.SmokeProblem, StringComparison.Ordinal);
        Assert.True(state.NotReturned?.CanComeBack);
    }

    /// <summary>Each round another organization is killed one save later, until one comes through without having been killed.</summary>
    [Fact]
    public async Task RollBackAndPromote_KilledAtAnySave_LeaveOneLiveDeployment_AndOneEndpointAtGoogle()
    {
        await using var world = await World.StartAsync();
        var (returns, promotions) = (0, 0);
        for (var isThrough = false; !isThrough; returns++)
        {
            var tenantId = $"org_r{returns}";
            var (live, tuned) = await world.ReplacedAsync(tenantId);
            world.Death.Near(returns);
            await world.DieOrAsync(async () =>
            {
                await using var owner = world.Rig.As(tenantId);
                await Deployments(owner).RollBackAsync(live.ProjectId, tuned, s_ct);
                await SmokeAsync(world.Rig, tenantId, tuned);
            });
            isThrough = !world.Death.HasCome;
            world.Death.Leave();
            var isAsked = await world.Rig.ReadAsync(tenantId, db => db.Deployments.AnyAsync(d => d.Id == tuned && d.ReturnedAt != null));
            await world.SweepAsync(tenantId);

            var expected = isAsked ? tuned : live.DeploymentId;
            await AssertWholeAsync(world, tenantId, expected, made: isAsked ? 1 : 0);
        }

        for (var isThrough = false; !isThrough; promotions++)
        {
            var tenantId = $"org_p{promotions}";
            var (live, canary) = await world.CanaryAsync(tenantId);
            world.Death.Near(promotions);
            await world.DieOrAsync(async () =>
            {
                await using var owner = world.Rig.As(tenantId);
                await owner.ServiceProvider.GetRequiredService<CanaryService>().PromoteAsync(live.ProjectId, canary, s_ct);
            });
            isThrough = !world.Death.HasCome;
            world.Death.Leave();
            await world.SweepAsync(tenantId);

            var endpoint = await AssertWholeAsync(world, tenantId, isThrough ? canary : live.DeploymentId, made: 0);
            Assert.Equal(isThrough ? null : canary, endpoint.CanaryDeploymentId);
        }

        // To claim, to write down the new endpoint, the key, its call and its end, and the deployment itself.
        Assert.True(returns > 5 && promotions > 1, $"{returns} and {promotions} saves were seen.");
    }

    private static async Task<Endpoint> AssertWholeAsync(World world, string tenantId, string liveId, int made)
    {
        var endpoint = await world.Rig.ReadAsync(tenantId, db => db.Endpoints.SingleAsync());
        var deployments = await world.Rig.ReadAsync(tenantId, db => db.Deployments.ToListAsync());
        Assert.Equal(liveId, endpoint.LiveDeploymentId);
        Assert.Equal(liveId, Assert.Single(deployments, d => d.State is DeploymentState.Deployed).Id);
        Assert.DoesNotContain(deployments, d => d.IsUnderWay);
        Assert.Equal(deployments.Where(d => d.State is DeploymentState.Canary).Select(d => d.Id).SingleOrDefault(), endpoint.CanaryDeploymentId);
        Assert.Equal(made, world.Made.Values.Count(m => m.Tenant == tenantId));
        Assert.False(await world.Rig.ReadAsync(tenantId, db => db.ApiKeys.AnyAsync(k => k.DeploymentId != null && k.RevokedAt == null)));
        Assert.Equal(made, await world.Rig.ReadAsync(tenantId, db => db.Set<AuditEntry>().CountAsync(e => e.Action == "deployment.redeployed")));
        return endpoint;
    }

    private static async Task SmokeAsync(GatewayRig rig, string tenantId, string deploymentId)
    {
        await using var worker = rig.AsNobody();
        await worker.ServiceProvider.GetRequiredService<SmokeWorker>().RunAsync(tenantId, deploymentId, s_ct);
    }

    private static DeploymentService Deployments(AsyncServiceScope scope) => scope.ServiceProvider.GetRequiredService<DeploymentService>();

    private static RedeployService Redeploys(AsyncServiceScope scope) => scope.ServiceProvider.GetRequiredService<RedeployService>();

    /// <summary>The portal, a Google that lost an endpoint, and a death that comes at a save.</summary>
    private sealed class World : IAsyncDisposable
    {
        private readonly PortalDatabase _database = new();
        private int _endpoints = 100;

        public Death Death { get; } = new();

        public GatewayRig Rig { get; private set; } = null!; // set by the one way to make it

        /// <summary>What the portal had Google make, by its name.</summary>
        public ConcurrentDictionary<string, (string Tenant, string Job, string CheckpointLabel, string? Checkpoint)> Made { get; } = [];

        public bool IsDown { get; set; }

        public string Missing { get; set; } = "";

        public static async Task<World> StartAsync()
        {
            var world = new World();
            var options = world._database.Options;
            world.Rig = await GatewayRig.StartAsync(world.Death.Install,
                ("Database:Provider", $"{options.Provider}"), ("Database:ConnectionString", options.ConnectionString), ("Database:OwnerConnectionString", options.OwnerConnectionString));
            world.Rig.Vertex.Answer = world.AnswerAsync;
            return world;
        }

        public async ValueTask DisposeAsync()
        {
            await Rig.DisposeAsync();
            _database.Dispose();
        }

        public async Task DieOrAsync(Func<Task> act)
        {
            var error = await Record.ExceptionAsync(act);
            Assert.True(error is null || Death.HasCome, $"{error}");
        }

        /// <summary>A tuned deployment that was live once, and what took its place.</summary>
        public async Task<(LiveEndpoint Live, string TunedId)> ReplacedAsync(string tenantId)
        {
            var live = await Rig.GoLiveAsync(tenantId, "intents");
            var tuned = await AddAsync(live, await AddTunedAsync(live), 0);
            await Rig.ReadAsync(tenantId, async db =>
            {
                var before = await db.Deployments.SingleAsync(d => d.Id == tuned);
                before.GoLive(db.Now.AddDays(-2));
                before.End(db.Now.AddDays(-1));
                return await db.SaveChangesAsync();
            });
            return (live, tuned);
        }

        public async Task<(LiveEndpoint Live, string CanaryId)> CanaryAsync(string tenantId)
        {
            var live = await Rig.GoLiveAsync(tenantId, "intents");
            var canary = await AddAsync(live, live.CandidateId, 10);
            await Rig.ReadAsync(tenantId, async db =>
            {
                (await db.Deployments.SingleAsync(d => d.Id == canary)).PassedAsCanary(5, db.Now);
                (await db.Endpoints.SingleAsync()).BeginCanary(canary, 10, db.Now);
                return await db.SaveChangesAsync();
            });
            return (live, canary);
        }

        /// <summary>What was under way when the process died is taken up by the next one, once nobody holds it any more.</summary>
        public async Task SweepAsync(string tenantId)
        {
            await Rig.ReadAsync(tenantId, db => db.Deployments.Where(d => d.TestingUntil != null).ExecuteUpdateAsync(set => set.SetProperty(d => d.TestingUntil, db.Now.AddMinutes(-1))));
            await using (var platform = Rig.AsNobody())
            {
                platform.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
                await using var db = await platform.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
                await platform.ServiceProvider.GetServices<ISwept>().OfType<DeploymentSweep>().Single().EnqueueLostAsync(db, db.Now.AddMinutes(1), s_ct);
            }

            foreach (var job in Rig.Work.Enqueued.Where(j => j.Type == typeof(SmokeWorker) && (string)j.Args[0] == tenantId).ToList())
            {
                await SmokeAsync(Rig, tenantId, (string)job.Args[1]);
            }
        }

        private Task<string> AddAsync(LiveEndpoint live, string candidateId, int percent) => Rig.ReadAsync(live.TenantId, async db =>
        {
            var candidate = await db.Candidates.SingleAsync(c => c.Id == candidateId);
            var deployment = new Deployment
            {
                ProjectId = live.ProjectId, EndpointId = live.EndpointId, CandidateId = candidate.Id, CandidateName = candidate.Name, BaseModelId = candidate.BaseModelId,
                Number = (await db.Endpoints.SingleAsync()).TakeNumber(), FirstPercent = percent, GatePassed = true, ApprovedByUserId = "usr_1", ApprovedAt = db.Now,
            };
            db.Deployments.Add(deployment);
            await db.SaveChangesAsync();
            return deployment.Id;
        });

        private Task<string> AddTunedAsync(LiveEndpoint live) => Rig.ReadAsync(live.TenantId, async db =>
        {
            var first = await db.Candidates.AsNoTracking().SingleAsync(c => c.Id == live.CandidateId);
            var version = db.DatasetVersions.Add(new DatasetVersion { ProjectId = live.ProjectId, Number = 1, StartedAt = db.Now }).Entity;
            var job = db.TuningJobs.Add(new TuningJob
            {
                ProjectId = live.ProjectId, VersionId = version.Id, VersionNumber = 1, TrainRows = 18, ValidationRows = 7, BaseModelId = first.BaseModelId, BaseModelName = "Flash", Location = "us-central1",
                Instruction = "Classify.", EpochCount = 3, LearningRateMultiplier = 1, AdapterSize = 4, CreatedAt = db.Now, StartedByName = "Olivia",
            }).Entity;
            db.Entry(job).Property(j => j.State).CurrentValue = TuningJobState.Succeeded;
            db.Entry(job).Property(j => j.VendorName).CurrentValue = $"{Place}/tuningJobs/{live.TenantId.Replace("org_", "", StringComparison.Ordinal)}";
            var candidate = db.Candidates.Add(new Candidate
            {
                ProjectId = live.ProjectId, Name = "Flash tuned", Rung = Rung.Tuned, BaseModelId = first.BaseModelId, ModelName = GoneEndpoint,
                RecipeId = first.RecipeId, VersionId = null, SourceId = job.Id, Key = "tuned", CreatedAt = db.Now,
            }).Entity;
            db.Checkpoints.Add(new Checkpoint { JobId = job.Id, VendorId = "1", Epoch = 1, Step = 10, Endpoint = GoneEndpoint, IsDefault = false });
            await db.SaveChangesAsync();
            return candidate.Id;
        });

        private async Task AnswerAsync(HttpContext http)
        {
            var path = http.Request.Path.Value![(http.Request.Path.Value!.IndexOf("projects/", StringComparison.Ordinal) is var at && at > 0 ? at : 0)..];
            var body = Rig.Vertex.Asked.LastOrDefault(a => a.Path == http.Request.Path.Value).Body;
            var name = path.Split(':')[0];
            var id = name[(name.LastIndexOf('/') + 1)..];
            await (path switch
            {
                _ when IsDown || Death.HasCome => FakeVertex.FailAsync(http, 403, "PERMISSION_DENIED"),
                _ when path.EndsWith(":generateContent", StringComparison.Ordinal) => FakeVertex.JsonAsync(http, FakeVertex.Whole("billing")),
                _ when path.Contains("/tuningJobs/", StringComparison.Ordinal) =>
                    FakeVertex.JsonAsync(http, $$$"""{"name":"{{{name}}}","state":"JOB_STATE_SUCCEEDED","tunedModel":{"model":"{{{Place}}}/models/{{{id}}}"}}"""),
                _ when path.Contains("/models/", StringComparison.Ordinal) && Missing is not "model" =>
                    FakeVertex.JsonAsync(http, $$$"""{"name":"{{{name}}}","labels":{"portal-tenant":"{{{(Missing is "label" ? "org_else" : $"org_{id}")}}}"}}"""),
                _ when path.EndsWith("/endpoints", StringComparison.Ordinal) && HttpMethods.IsPost(http.Request.Method) =>
                    Missing is "quota" ? FakeVertex.FailAsync(http, 400, "FAILED_PRECONDITION") : FakeVertex.JsonAsync(http, Operation($$"""{"name":"{{Make(body)}}"}""")),
                _ when path.EndsWith("/endpoints", StringComparison.Ordinal) => FakeVertex.JsonAsync(http, $$"""{"endpoints":[{{string.Join(',', Made.Keys.Select(Json))}}]}"""),
                _ when path.EndsWith(":deployModel", StringComparison.Ordinal) => FakeVertex.JsonAsync(http, Deploy(name, body)),
                _ when Made.ContainsKey(name) => FakeVertex.JsonAsync(http, Json(name)),
                _ => FakeVertex.FailAsync(http, 404, "NOT_FOUND"),
            });
        }

        private string Make(JsonNode asked)
        {
            var name = $"{Place}/endpoints/{Interlocked.Increment(ref _endpoints)}";
            Made[name] = ((string)asked["labels"]!["portal-tenant"]!, (string)asked["labels"]!["portal-job"]!, (string)asked["labels"]!["portal-checkpoint"]!, null);
            return name;
        }

        private string Deploy(string name, JsonNode asked)
        {
            Assert.Null(Made[name].Checkpoint);
            Made[name] = Made[name] with { Checkpoint = (string)asked["deployedModel"]!["checkpointId"]! };
            return Operation("{}");
        }

        private string Json(string name)
        {
            var (tenant, job, checkpoint, served) = Made[name];
            return $$"""{"name":"{{name}}","labels":{"portal-tenant":"{{tenant}}","portal-job":"{{job}}","portal-checkpoint":"{{checkpoint}}"},"deployedModels":[{{(served is null ? "" : """{"id":"1"}""")}}]}""";
        }

        private static string Operation(string response) => $$"""{"name":"{{Place}}/operations/1","done":true,"response":{{response}}}""";
    }

    /// <summary>Ends a save after its statements and before its commit, as a process does that is killed there; from then on nothing is saved or read.</summary>
    private sealed class Death : IAlongSave
    {
        private int _left = int.MaxValue;

        public bool HasCome { get; private set; }

        public void Near(int saves) => (_left, HasCome) = (saves, false);

        public void Leave() => (_left, HasCome) = (int.MaxValue, false);

        public void Install(WebApplicationBuilder builder)
        {
            var inner = builder.Services.Single(d => d.ServiceType == typeof(IDbContextFactory<PortalDbContext>)).ImplementationType!;
            builder.Services.AddScoped<IDbContextFactory<PortalDbContext>>(p => new Factory((IDbContextFactory<PortalDbContext>)ActivatorUtilities.CreateInstance(p, inner), this));
        }

        public Task<Func<CancellationToken, Task>> BeginAsync(PortalDbContext db, CancellationToken ct) => Task.FromResult<Func<CancellationToken, Task>>(_ =>
        {
            HasCome |= Interlocked.Decrement(ref _left) < 0;
            return HasCome ? throw new TimeoutException("The process is gone.") : Task.CompletedTask;
        });

        private sealed class Factory(IDbContextFactory<PortalDbContext> inner, Death death) : IDbContextFactory<PortalDbContext>
        {
            public PortalDbContext CreateDbContext()
            {
                if (death.HasCome)
                {
                    throw new TimeoutException("The process is gone.");
                }

                var db = inner.CreateDbContext();
                db.Along = death._left < int.MaxValue ? death : null;
                return db;
            }
        }
    }
}
