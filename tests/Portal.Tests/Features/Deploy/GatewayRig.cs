using System.Net;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text;
using Hangfire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Portal.Features.Billing;
using Portal.Features.Connect;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Deploy;
using Portal.Features.Evaluate;
using Portal.Features.Model;
using Portal.Features.Monitor;
using Portal.Features.Tenancy;
using Portal.Features.Tune;
using Portal.Hosting;
using Portal.Persistence;
using Portal.Storage;
using Portal.Vertex;

namespace Portal.Tests.Features.Deploy;

/// <summary>The portal's own slices on a port and a SQLite file, in front of a vendor that a test commands.</summary>
internal sealed class GatewayRig : IAsyncDisposable
{
    public const string Instruction = "Name the intent of the message.";

    private static readonly CatalogueModel s_model = CatalogueService.Embedded().Select(e => e.ToModel()).First(m => m is { IsOffered: true, Prices.Count: > 0 });

    private readonly WebApplication _app;
    private readonly string _folder;

    private GatewayRig(WebApplication app, FakeVertex vertex, string folder)
    {
        (_app, Vertex, _folder) = (app, vertex, folder);
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public FakeVertex Vertex { get; }

    public HttpClient Http { get; }

    public RecordedWork Work => (RecordedWork)_app.Services.GetRequiredService<IBackgroundJobClient>();

    public string DatabaseFile => Path.Combine(_folder, "portal.db");

    public static Task<GatewayRig> StartAsync(params (string Key, string Value)[] settings) => StartAsync(_ => { }, settings);

    public static async Task<GatewayRig> StartAsync(Action<WebApplicationBuilder> more, params (string Key, string Value)[] settings)
    {
        var vertex = await FakeVertex.StartAsync();
        var folder = Directory.CreateTempSubdirectory("portal-gateway-").FullName;
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection([
            new("Storage:Folder", folder), new("Database:ConnectionString", $"Data Source={Path.Combine(folder, "portal.db")}"),
            new("Connect:Kind", "Sandbox"), new("Connect:SandboxUrl", vertex.Url)]);
        // A second host is told of the first one's database.
        builder.Configuration.AddInMemoryCollection(settings.Select(s => new KeyValuePair<string, string?>(s.Key, s.Value)));
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.AddStorage();
        builder.AddPersistence();
        builder.Services.AddScoped<TenancyService>().AddScoped<OwnerMail>().AddScoped<MailService>().AddScoped<StandingRight>().AddScoped<CurrentMember>().AddSingleton<IBackgroundJobClient, RecordedWork>();
        builder.Services.AddKeys();
        builder.Services.AddSingleton<OutsideHttp>();
        builder.Services.AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
        builder.AddBilling();
        builder.AddConnect();
        builder.AddDefine();
        builder.AddData();
        builder.AddModel();
        builder.AddEvaluate();
        builder.AddTune();
        builder.AddDeploy();
        builder.AddMonitor();
        builder.Services.Configure<VertexTransportOptions>(o => (o.BaseDelay, o.MaxDelay) = (TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1)));
        more(builder);
        var app = builder.Build();
        app.MapDeploy();
        app.MapMonitor();
        await using (var scope = app.Services.CreateAsyncScope())
        {
            scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
            await using var db = scope.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContext();
            await db.Database.EnsureCreatedAsync();
        }

        await app.StartAsync();
        return new GatewayRig(app, vertex, folder);
    }

    /// <summary>Has those who export told all that was measured until now.</summary>
    public void Flush()
    {
        _app.Services.GetService<TracerProvider>()?.ForceFlush();
        _app.Services.GetService<MeterProvider>()?.ForceFlush();
    }

    /// <summary>What comes after an answer was given, once it is there.</summary>
    public static async Task<T> WaitAsync<T>(Func<Task<T?>> read)
        where T : class
    {
        for (var i = 0; i < 3_000; i++)
        {
            if (await read() is { } found)
            {
                return found;
            }

            await Task.Delay(20);
        }

        throw new TimeoutException("It did not come.");
    }

    /// <summary>Services as a member of an organisation has them in a circuit.</summary>
    public AsyncServiceScope As(string tenantId, MemberRole role = MemberRole.Owner)
    {
        var scope = _app.Services.CreateAsyncScope();
        var user = new ClaimsPrincipal(new ClaimsIdentity([new Claim(PortalClaims.UserId, "usr_1"), new Claim("name", "Olivia Brandt")]));
        scope.ServiceProvider.GetRequiredService<CurrentMember>().Enter(new Membership(tenantId, tenantId, tenantId, TenantKind.Customer, role), user);
        return scope;
    }

    /// <summary>Services as a worker has them.</summary>
    public AsyncServiceScope AsNobody() => _app.Services.CreateAsyncScope();

    public async Task<T> ReadAsync<T>(string tenantId, Func<PortalDbContext, Task<T>> read)
    {
        await using var scope = As(tenantId);
        await using var db = await scope.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        return await read(db);
    }

    /// <summary>A project whose endpoint answers, and a key to it.</summary>
    public async Task<LiveEndpoint> GoLiveAsync(string tenantId, string name)
    {
        await using var scope = As(tenantId);
        var draft = await DraftAsync(tenantId, name);
        await using (var db = await scope.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync())
        {
            var deployment = await db.Deployments.SingleAsync(d => d.Id == draft.DeploymentId);
            deployment.GoLive(db.Now);
            (await db.Endpoints.SingleAsync(e => e.Id == draft.EndpointId)).PutLive(deployment.Id);
            await db.SaveChangesAsync();
        }

        var key = await scope.ServiceProvider.GetRequiredService<ApiKeyService>().IssueAsync(new KeyDraft("Support desk") { ProjectIds = [draft.ProjectId] }, CancellationToken.None);
        return draft with { Key = key.Secret, KeyId = key.Id };
    }

    /// <summary>The same, approved but not yet tested.</summary>
    public async Task<LiveEndpoint> DraftAsync(string tenantId, string name)
    {
        var (projectId, candidate) = await CandidateAsync(tenantId);
        return await ReadAsync(tenantId, async db =>
        {
            var endpoint = new Endpoint { ProjectId = projectId, Name = name, CreatedAt = db.Now };
            db.Endpoints.Add(endpoint);
            var deployment = new Deployment
            {
                ProjectId = projectId, EndpointId = endpoint.Id, CandidateId = candidate.Id, CandidateName = candidate.Name, BaseModelId = candidate.BaseModelId,
                Number = endpoint.TakeNumber(), GatePassed = true, ApprovedByUserId = "usr_1", ApprovedAt = db.Now,
            };
            db.Deployments.Add(deployment);
            await db.SaveChangesAsync();
            return new LiveEndpoint(tenantId, projectId, endpoint.Id, deployment.Id, candidate.Id, name, s_model.PricesAt(db.Now)!, "", "");
        });
    }

    /// <summary>What the person of <see cref="As"/> is by now; null is nothing.</summary>
    public async Task SetMemberAsync(string tenantId, MemberRole? role)
    {
        await using var scope = AsNobody();
        await using var db = scope.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContext();
        await PortalDatabase.SetMemberAsync(db, tenantId, "usr_1", role, "Olivia Brandt");
    }

    /// <summary>A project with a candidate that nobody has evaluated.</summary>
    public async Task<(string ProjectId, Candidate Candidate)> CandidateAsync(string tenantId, CatalogueModel? model = null)
    {
        await SetMemberAsync(tenantId, MemberRole.Owner);
        await using var scope = As(tenantId);
        var projects = scope.ServiceProvider.GetRequiredService<ProjectService>();
        var project = await projects.CreateAsync("Support triage", CancellationToken.None);
        await projects.SaveTaskAsync(
            project.Id, new TaskDraft("Route messages", TaskKind.Classify, Instruction, ["billing", "card"], MetricKind.Accuracy, 0.9), CancellationToken.None);
        return (project.Id, await AddCandidateAsync(tenantId, project.Id, "Flash few-shot", model ?? s_model));
    }

    public Task<Candidate> AddCandidateAsync(string tenantId, string projectId, string name, CatalogueModel? model = null) => ReadAsync(tenantId, async db =>
    {
        var recipe = await db.Recipes.FirstOrDefaultAsync(r => r.ProjectId == projectId)
            ?? db.Recipes.Add(Recipe.Of(projectId, new RecipeContent(Instruction, [new Shot("Where is my bill?", "billing")], 0, 64, "", null), db.Now)).Entity;
        var id = (model ?? s_model).Id;
        var candidate = new Candidate
        {
            ProjectId = projectId, Name = name, Rung = Rung.FewShot, BaseModelId = id, ModelName = id,
            RecipeId = recipe.Id, VersionId = null, SourceId = "ver_1", Key = name, CreatedAt = db.Now,
        };
        db.Candidates.Add(candidate);
        await db.SaveChangesAsync();
        return candidate;
    });

    /// <summary>A finished evaluation by which the candidate passes the gate, or misses the target.</summary>
    /// <param name="withLive">What is live takes part, and is not told from it.</param>
    public Task EvaluateAsync(string tenantId, Candidate candidate, bool passed, bool withLive = true) => ReadAsync(tenantId, async db =>
    {
        var number = await db.EvaluationRuns.CountAsync() + 1;
        var version = new DatasetVersion { ProjectId = candidate.ProjectId, Number = number, StartedAt = db.Now };
        db.DatasetVersions.Add(version);
        var evaluation = new EvaluationRun { ProjectId = candidate.ProjectId, VersionId = version.Id, Number = number, Metric = MetricKind.Accuracy, Target = 0.9, CreatedAt = db.Now };
        evaluation.Run();
        evaluation.Succeed(db.Now);
        db.EvaluationRuns.Add(evaluation);
        var part = new EvaluatedCandidate { EvaluationId = evaluation.Id, Place = 0, CandidateId = candidate.Id, Name = candidate.Name, Rung = candidate.Rung };
        var score = passed ? new Estimate(0.97, 0.95, 0.98) : new Estimate(0.7, 0.67, 0.73);
        var result = new CandidateResult(1_000, 0, 0, [new MetricScore(MetricKind.Accuracy, score, 1_000, null)], [], [], 200, 400, 20, 3, 100);
        if (withLive && await db.Deployments.FirstOrDefaultAsync(d => d.ProjectId == candidate.ProjectId && d.State == DeploymentState.Deployed && d.CandidateId != candidate.Id) is { } live)
        {
            var old = new LivePart(1_000, score, score, new Comparison(new Estimate(0, -0.01, 0.01), 1, 1_000, ComparisonVerdict.NotDistinguishable));
            result = result with { ToLive = new LiveComparison(1, 2, 1, 0, 0, old, old) };
            db.EvaluatedCandidates.Add(new EvaluatedCandidate { EvaluationId = evaluation.Id, Place = 1, CandidateId = live.CandidateId, Name = live.CandidateName, Rung = candidate.Rung });
        }

        part.Measured(result);
        db.EvaluatedCandidates.Add(part);
        return await db.SaveChangesAsync();
    });

    public Task<HttpResponseMessage> PostAsync(string path, string? key, string body = """{"contents":[{"role":"user","parts":[{"text":"My card is gone"}]}]}""") =>
        PostAsync(path, key, new ByteArrayContent(Encoding.UTF8.GetBytes(body)));

    /// <summary>Asks until it is answered so: what another node has changed is known here within seconds.</summary>
    public Task WhenAsync(string path, string key, Func<HttpStatusCode, bool> isSo) => WaitAsync(async () =>
    {
        using var answer = await PostAsync(path, key);
        return isSo(answer.StatusCode) ? "" : null;
    });

    public Task<HttpResponseMessage> PostAsync(string path, string? key, HttpContent body, CancellationToken ct = default)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body };
        body.Headers.ContentType ??= new MediaTypeHeaderValue("application/json");
        if (key is not null)
        {
            request.Headers.Add("x-goog-api-key", key);
        }

        return Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
        await Vertex.DisposeAsync();
        using var connection = new SqliteConnection($"Data Source={DatabaseFile}");
        SqliteConnection.ClearPool(connection);
        Directory.Delete(_folder, recursive: true);
    }
}

internal sealed record LiveEndpoint(
    string TenantId, string ProjectId, string EndpointId, string DeploymentId, string CandidateId, string Name, TokenPrices Prices, string Key, string KeyId)
{
    public string Generate => $"/v1/models/{Name}:generateContent";

    public string Stream => $"/v1/models/{Name}:streamGenerateContent?alt=sse";
}
