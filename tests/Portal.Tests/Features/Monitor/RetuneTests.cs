using System.Security.Claims;
using Hangfire;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Portal.Features.Billing;
using Portal.Features.Connect;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Deploy;
using Portal.Features.Model;
using Portal.Features.Monitor;
using Portal.Features.Tenancy;
using Portal.Features.Tune;
using Portal.Persistence;
using Portal.Storage;
using Portal.Tests.Features.Data;
using Portal.Tests.Features.Tune;
using Portal.Vertex;
using Xunit;
using Endpoint = Portal.Features.Deploy.Endpoint;

namespace Portal.Tests.Features.Monitor;

public sealed class RetuneTests : IDisposable
{
    private static readonly CancellationToken s_ct = TestContext.Current.CancellationToken;
    private static readonly VertexClientFactory s_clients = new ServiceCollection().Also(s => s.AddVertexClients(o => o.BaseDelay = TimeSpan.FromMilliseconds(1))).BuildServiceProvider().GetRequiredService<VertexClientFactory>();

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 25, 9, 0, 0, TimeSpan.Zero));
    private readonly CollectedJobs _jobs = new();
    private readonly PortalDatabase _database;
    private readonly ServiceProvider _services;
    private string _projectId = "";
    private Deployment _live = default!; // set by SeedAsync
    private int _said;

    public RetuneTests()
    {
        _database = new PortalDatabase(_clock);
        var services = new ServiceCollection().AddLogging();
        services.AddSingleton<TimeProvider>(_clock).AddSingleton<IBackgroundJobClient>(_jobs).AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
        services.AddSingleton(Options.Create(new StorageOptions { Folder = _database.Folder })).AddSingleton(Options.Create(new TuneOptions())).AddSingleton(Options.Create(new RunOptions()));
        services.AddSingleton(Options.Create(new ConnectOptions { SandboxUrl = "http://127.0.0.1:9/" })).AddSingleton(s_clients).AddSingleton(new GoogleAccess());
        services.AddScoped<TenantScope>().AddScoped<CurrentMember>().AddScoped<TenancyService>().AddScoped<StandingRight>().AddScoped<MailService>().AddScoped<OwnerMail>();
        services.AddScoped<IDbContextFactory<PortalDbContext>>(s => new Contexts(_database, s.GetRequiredService<TenantScope>()));
        services.AddScoped<BillingService>().AddScoped<ConnectService>().AddScoped<ProjectService>().AddScoped<ExampleService>().AddScoped<MediaService>().AddScoped<BlobStore>();
        services.AddScoped<CatalogueService>().AddScoped<CandidateService>().AddScoped<ChoiceService>().AddScoped<QuestionFiles>().AddScoped<RowAsker>();
        services.AddTuning();
        services.AddSingleton(Options.Create(new RetuneOptions())).AddSingleton<KnownPairs>().AddScoped<TrainingMix>().AddScoped<MonitorService>().AddScoped<RetuneFigures>().AddScoped<RetuneService>().AddScoped<RetuneWorker>();
        _services = services.BuildServiceProvider();
    }

    [Fact]
    public async Task Worker_LimitCrossedWithEnoughSamples_ProposesOnce_AndAfterANoOnlyForSomethingNew()
    {
        await SeedAsync();
        await SayAsync(10, 30);
        await LookAsync();
        // Three quarters wrong, and too few of them to say so.
        var early = await ViewAsync();
        var wrong = early.Signals.Single(s => s.Measure is RetuneMeasure.WrongAnswers);
        Assert.Equal((false, false, 40L, 30 / 40.0), (wrong.IsEnough, wrong.IsCrossed, wrong.Count, wrong.Value));
        Assert.Null(early.Open);

        // Half of sixty; two workers at once.
        await SayAsync(20, 0);
        Assert.Equal(0, await DueAsync());
        _clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal(1, await DueAsync());
        await Task.WhenAll(Task.Run(LookAsync, s_ct), Task.Run(LookAsync, s_ct));
        var open = (await ViewAsync()).Open;
        Assert.NotNull(open);
        Assert.Equal(["Rated answers disliked or corrected: 50.0 % [37.7, 62.3], n 60; limit 10.0 %."], open.Signals.Where(s => s.IsCrossed).Select(RetuneWords.Reason));
        // Forty training rows of a version of 55; nothing was uploaded since.
        Assert.Equal(("", 40, true), (open.QuoteProblem, open.TrainRows, open.WorstMicros >= open.LikelyMicros && open.LikelyMicros > 0));
        Assert.Equal((1, 1), await CountAsync());
        _clock.Advance(TimeSpan.FromHours(25));
        await LookAsync();
        Assert.Equal((1, 1), await CountAsync());

        await AskAsync(MemberRole.Viewer, s => Assert.ThrowsAsync<ForbiddenException>(() => s.DismissAsync(_projectId, open.Id, s_ct)));
        await AskAsync(MemberRole.Editor, s => s.DismissAsync(_projectId, open.Id, s_ct));
        _clock.Advance(TimeSpan.FromHours(25));
        await LookAsync();
        Assert.Equal((null, "Olivia"), ((await ViewAsync()).Open, (await ViewAsync()).Dismissed?.EndedByName));
        Assert.Equal((1, 1), await CountAsync());

        // By now the whole interval lies above that of then.
        await SayAsync(0, 100);
        _clock.Advance(TimeSpan.FromHours(2));
        await LookAsync();
        Assert.Equal((2, 2), await CountAsync());
        Assert.NotNull((await ViewAsync()).Open);
        Assert.StartsWith("A re-tune is proposed. Rated answers", Assert.Single(await new RetuneNotices(_database).ReadAsync(null, s_ct)).Text, StringComparison.Ordinal);

        // Whoever starts a tuning has answered it.
        _clock.Advance(TimeSpan.FromMinutes(1));
        await using (var scope = Enter(MemberRole.Editor))
        {
            var tuning = scope.ServiceProvider.GetRequiredService<TuningService>();
            var plan = await tuning.PlanAsync(_projectId, s_ct);
            await tuning.StartAsync(_projectId, new TuningSettings(await tuning.LastSettingsAsync(plan, s_ct)), s_ct);
        }

        Assert.Null((await ViewAsync()).Open);
        _clock.Advance(TimeSpan.FromHours(25));
        await LookAsync();
        await using var db = _database.CreateDbContext();
        Assert.Equal([RetuneState.Dismissed, RetuneState.Started], await db.RetuneProposals.OrderBy(p => p.CreatedAt).Select(p => p.State).ToListAsync(s_ct));
    }

    [Fact]
    public async Task Worker_DriftAndNewRows_AreHeldAgainstTheirLimits()
    {
        await SeedAsync();
        await DriftAsync();
        await using var db = _database.CreateDbContext();
        for (var i = 0; i < 3; i++)
        {
            var draft = TrafficDraft.Of(new TakenCall(_projectId, $"ans_{i}", WrongReasons.Disliked, "A question", "card", "") { DeploymentName = "intents@1", ModelName = "Tuned", CalledAt = db.Now, ExpiresAt = db.Now.AddDays(30) }, "Olivia", db.Now);
            draft.Settle("card", "Olivia", db.Now);
            db.TrafficDrafts.Add(draft);
        }

        await db.SaveChangesAsync(s_ct);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await LookAsync();
        var rows = (await ViewAsync()).Signals.Single(s => s.Measure is RetuneMeasure.NewRows);
        // Settled is not yet a row that anything could learn.
        Assert.Equal((0L, false), (rows.Count, rows.IsCrossed));

        var open = (await ViewAsync()).Open;
        Assert.NotNull(open);
        Assert.Equal(["Language"], open.Signals.Where(s => s is { IsCrossed: true, Measure: RetuneMeasure.Drift }).Select(s => s.Of));
        Assert.All(open.Signals.Where(s => s is { Measure: RetuneMeasure.Drift, Of: not "Language" }), s => Assert.False(s.IsCrossed));
    }

    [Theory]
    [InlineData(99, false)]
    [InlineData(100, true)]
    public void NewRows_AreCrossedAtTheirCount(long rows, bool isCrossed) => Assert.Equal(isCrossed, Rows(rows).IsCrossed);

    [Fact]
    public void News_AfterANo_IsANewLimitOrAsMuchAgain()
    {
        RetuneSignal[] then = [Rows(120), new(RetuneMeasure.WrongAnswers, "", 0.2, 0.15, 0.25, 200, 0.1, 50), new(RetuneMeasure.Drift, "Language", 0.2, 0.1, 0.3, 200, 0.25, 200)];

        Assert.Equal((false, true), (Rows(219).IsNewsAfter(then), Rows(220).IsNewsAfter(then)));
        Assert.False((then[1] with { Low = 0.25 }).IsNewsAfter(then));
        Assert.True((then[1] with { Low = 0.26 }).IsNewsAfter(then));
        Assert.True((then[2] with { Low = 0.26 }).IsNewsAfter(then));
        Assert.False((then[2] with { Low = 0.26, Count = 199 }).IsNewsAfter(then));
    }

    public void Dispose()
    {
        _services.Dispose();
        _database.Dispose();
    }

    private static RetuneSignal Rows(long rows) => new(RetuneMeasure.NewRows, "", rows, rows, rows, rows, 100, 0);

    private async Task SeedAsync()
    {
        await _database.SetMemberAsync(_database.Scope.TenantId, "usr_1", MemberRole.Owner);
        _projectId = await TuneSeed.ProjectAsync(_database);
        await using var db = _database.CreateDbContext();
        var prompt = await db.Candidates.SingleAsync(s_ct);
        var tuned = db.Candidates.Add(new Candidate
        {
            ProjectId = _projectId, Name = "Tuned", Rung = Rung.Tuned, BaseModelId = prompt.BaseModelId, ModelName = "endpoints/1", RecipeId = prompt.RecipeId, VersionId = prompt.VersionId, SourceId = "tun_1", Key = "tuned", CreatedAt = db.Now,
        }).Entity;
        var endpoint = db.Endpoints.Add(new Endpoint { ProjectId = _projectId, Name = "intents", CreatedAt = db.Now }).Entity;
        _live = db.Deployments.Add(new Deployment
        {
            ProjectId = _projectId, EndpointId = endpoint.Id, CandidateId = tuned.Id, CandidateName = tuned.Name, BaseModelId = tuned.BaseModelId, Number = endpoint.TakeNumber(), GatePassed = true, ApprovedByUserId = "usr_1", ApprovedAt = db.Now,
        }).Entity;
        _live.GoLive(db.Now);
        await db.SaveChangesAsync(s_ct);
        endpoint.PutLive(_live.Id);
        await db.SaveChangesAsync(s_ct);
    }

    private async Task SayAsync(int good, int bad)
    {
        await using var db = _database.CreateDbContext();
        for (var i = 0; i < good + bad; i++)
        {
            var said = db.AnswerFeedback.Add(new AnswerFeedback { ProjectId = _projectId, EndpointId = _live.EndpointId, DeploymentId = _live.Id, ResponseId = $"ans_{++_said}", Source = UsageSource.Endpoint, AnsweredAt = db.Now }).Entity;
            said.Say(FeedbackDraft.Of(i < good), null, db.Now.AddMinutes(1));
        }

        await db.SaveChangesAsync(s_ct);
    }

    /// <summary>The calls speak another language than the training rows, and are as long.</summary>
    private async Task DriftAsync()
    {
        var (before, now) = (new TrafficTally(), new TrafficTally());
        for (var i = 0; i < 300; i++)
        {
            before.AddExample(50, i % 10 is 0 ? "German" : "English", "");
            now.AddExample(50, i % 10 is 0 ? "English" : "German", "");
        }

        await using var db = _database.CreateDbContext();
        var endpoint = await db.Endpoints.SingleAsync(s_ct);
        var versionId = await db.DatasetVersions.Select(v => v.Id).SingleAsync(s_ct);
        db.DriftBaselines.Add(new DriftBaseline { ProjectId = _projectId, VersionId = versionId, Examples = 300, FiguresJson = before.ToFigures().ToStored() });
        db.TrafficCursors.Add(TrafficCursor.Of(endpoint, db.Now));
        db.TrafficSlices.Add(new TrafficSlice
        {
            ProjectId = _projectId, EndpointId = endpoint.Id, DeploymentId = _live.Id, CallerId = "", Grain = SliceGrain.Hour, From = TrafficSlice.HourStart(db.Now.AddHours(-5)),
            Calls = 300, Errors = 0, InputTokens = 0, OutputTokens = 0, AmountMicros = 0, FiguresJson = now.ToFigures().ToStored(),
        });
        await db.SaveChangesAsync(s_ct);
    }

    private async Task LookAsync()
    {
        await using var scope = _services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<RetuneWorker>().RunAsync(_database.Scope.TenantId, _live.EndpointId, s_ct);
    }

    private async Task<int> DueAsync()
    {
        await using var db = _database.CreateDbContext();
        return await new RetuneSweep(_jobs, Options.Create(new RetuneOptions())).EnqueueLostAsync(db, db.Now, s_ct);
    }

    private async Task<(int Proposals, int Entries)> CountAsync()
    {
        await using var db = _database.CreateDbContext();
        return (await db.RetuneProposals.CountAsync(s_ct), await db.Set<AuditEntry>().CountAsync(a => a.Action == "retune.proposed", s_ct));
    }

    private AsyncServiceScope Enter(MemberRole role)
    {
        var scope = _services.CreateAsyncScope();
        var user = new ClaimsPrincipal(new ClaimsIdentity([new Claim(PortalClaims.UserId, "usr_1"), new Claim("name", "Olivia")]));
        scope.ServiceProvider.GetRequiredService<CurrentMember>().Enter(new Membership(_database.Scope.TenantId, "Northwind", "northwind", TenantKind.Customer, role), user);
        return scope;
    }

    private Task<RetuneView> ViewAsync() => AskAsync(MemberRole.Viewer, s => s.ReadAsync(_projectId, s_ct));

    private async Task<T> AskAsync<T>(MemberRole role, Func<RetuneService, Task<T>> ask)
    {
        await using var scope = Enter(role);
        return await ask(scope.ServiceProvider.GetRequiredService<RetuneService>());
    }

    private Task AskAsync(MemberRole role, Func<RetuneService, Task> ask) => AskAsync(role, async s =>
    {
        await ask(s);
        return true;
    });

    private sealed class Contexts(PortalDatabase database, TenantScope scope) : IDbContextFactory<PortalDbContext>
    {
        public PortalDbContext CreateDbContext() => database.CreateDbContextFor(scope);
    }
}
