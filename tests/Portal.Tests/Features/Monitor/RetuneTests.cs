using System.Collections.Concurrent;
using System.Data.Common;
using System.Security.Claims;
using Hangfire;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
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
    private readonly CommandWatch _watch = new();
    private int _said;

    public RetuneTests()
    {
        _database = new PortalDatabase(_clock);
        var services = new ServiceCollection().AddLogging();
        services.AddSingleton<TimeProvider>(_clock).AddSingleton<IBackgroundJobClient>(_jobs).AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
        services.AddSingleton(Options.Create(new StorageOptions { Folder = _database.Folder })).AddSingleton(Options.Create(new TuneOptions())).AddSingleton(Options.Create(new RunOptions()));
        services.AddSingleton(Options.Create(new ConnectOptions { SandboxUrl = "http://127.0.0.1:9/" })).AddSingleton(s_clients).AddSingleton(new GoogleAccess()).AddSingleton<VertexSessions>();
        services.AddScoped<TenantScope>().AddScoped<CurrentMember>().AddScoped<TenancyService>().AddScoped<StandingRight>().AddScoped<MailService>().AddScoped<OwnerMail>();
        services.AddScoped<IDbContextFactory<PortalDbContext>>(s => new Contexts(_database, s.GetRequiredService<TenantScope>(), _watch));
        services.AddScoped<BillingService>().AddScoped<ConnectService>().AddScoped<ProjectService>().AddScoped<ExampleService>().AddScoped<MediaService>().AddScoped<BlobStore>();
        services.AddScoped<CatalogueService>().AddScoped<CandidateService>().AddScoped<ChoiceService>().AddScoped<QuestionFiles>().AddScoped<RowAsker>();
        services.AddTuning();
        services.AddSingleton(Options.Create(new RetuneOptions())).AddSingleton<KnownPairs>().AddScoped<TrainingMix>().AddScoped<MonitorService>().AddScoped<RetuneFigures>().AddScoped<RetuneService>().AddScoped<RetuneProposer>().AddScoped<RetuneWorker>()
            .AddScoped<RetuneScheduleService>().AddScoped<RetuneScheduleWorker>();
        _services = services.BuildServiceProvider();
    }

    [Fact]
    public async Task Worker_LimitCrossedWithEnoughSamples_ProposesOnce_AndAfterANoOnlyForSomethingNew()
    {
        await SeedAsync();
        await SayAsync(10, 30);
        // The first look of two nodes at once, each of which found none before it: one waits for the other, and no statement fails.
        _watch.HoldsFirst = true;
        await Task.WhenAll(Task.Run(LookAsync, s_ct), Task.Run(LookAsync, s_ct));
        Assert.Empty(_watch.Problems);
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

    [Fact]
    public async Task Schedule_EndsEachPeriodOnce_AndSeveralThatNobodySawAsOne()
    {
        await SeedAsync();
        await ScheduleAsync(MemberRole.Viewer, new RetunePlan(RetunePace.Weekly, 3, 0), s => Assert.ThrowsAsync<ForbiddenException>(s));
        await ScheduleAsync(MemberRole.Editor, new RetunePlan(RetunePace.Weekly, 0, 0), s => Assert.ThrowsAsync<PortalException>(s));
        await ScheduleAsync(MemberRole.Editor, new RetunePlan(RetunePace.Weekly, 3, 0));
        await AddRowsAsync(2);
        _clock.Advance(TimeSpan.FromDays(6));
        Assert.Equal(0, await SchedulesDueAsync());
        _clock.Advance(TimeSpan.FromDays(1));
        await EndPeriodAsync();
        Assert.StartsWith("2 of 3 new rows", (await ScheduleAsync()).Outcome, StringComparison.Ordinal);
        Assert.Equal((0, 0), await CountAsync());

        // Three periods in which the portal was down, and two nodes that come back.
        await AddRowsAsync(1);
        _clock.Advance(TimeSpan.FromDays(24));
        Assert.Equal(1, await SchedulesDueAsync());
        await Task.WhenAll(Task.Run(EndPeriodAsync, s_ct), Task.Run(EndPeriodAsync, s_ct));
        var schedule = await ScheduleAsync();
        Assert.StartsWith("A re-tune was proposed. New rows from traffic: 3; limit 3.", schedule.Outcome, StringComparison.Ordinal);
        Assert.Equal((schedule.SetAt.AddDays(35), 0), (schedule.NextAt, await SchedulesDueAsync()));
        Assert.Equal((1, 1), await CountAsync());

        // What waits for an answer is not proposed twice, and a no holds until as many rows have come again.
        _clock.Advance(TimeSpan.FromDays(7));
        await EndPeriodAsync();
        Assert.StartsWith("A re-tune was proposed already", (await ScheduleAsync()).Outcome, StringComparison.Ordinal);
        var open = (await ViewAsync()).Open;
        await AskAsync(MemberRole.Editor, s => s.DismissAsync(_projectId, open!.Id, s_ct));
        await AddRowsAsync(2);
        _clock.Advance(TimeSpan.FromDays(7));
        await EndPeriodAsync();
        Assert.StartsWith("A re-tune was proposed before and answered", (await ScheduleAsync()).Outcome, StringComparison.Ordinal);
        await AddRowsAsync(1);
        _clock.Advance(TimeSpan.FromDays(7));
        await EndPeriodAsync();
        Assert.Equal((2, 2), await CountAsync());

        await ScheduleAsync(MemberRole.Editor, new RetunePlan(RetunePace.Off, 3, 0));
        _clock.Advance(TimeSpan.FromDays(60));
        Assert.Equal((null, 0), ((await ScheduleAsync()).NextAt, await SchedulesDueAsync()));
    }

    [Fact]
    public async Task Schedule_WithASum_BeginsOnFrozenRowsByTheRightOfWhoMadeIt_AndElseProposes()
    {
        await SeedAsync(hasOlder: true);
        await AddRowsAsync(3);
        await ScheduleAsync(MemberRole.Editor, new RetunePlan(RetunePace.Monthly, 3, 50_000_000));
        // The newest version was frozen before these rows came.
        Assert.StartsWith("A re-tune was proposed.", await NextAsync(), StringComparison.Ordinal);
        Assert.Contains("3 of the new rows are in no frozen version", (await ScheduleAsync()).Outcome, StringComparison.Ordinal);

        await using (var db = _database.CreateDbContext())
        {
            var now = db.Now;
            await db.DatasetVersions.Where(v => v.Number == 1).ExecuteUpdateAsync(set => set.SetProperty(v => v.StartedAt, now), s_ct);
        }

        await ScheduleAsync(MemberRole.Editor, new RetunePlan(RetunePace.Monthly, 3, 1));
        Assert.Contains("and up to $0.000001 was agreed", await NextAsync(), StringComparison.Ordinal);
        await ScheduleAsync(MemberRole.Editor, new RetunePlan(RetunePace.Monthly, 3, 50_000_000));
        await _database.SetMemberAsync(_database.Scope.TenantId, "usr_1", MemberRole.Viewer);
        Assert.Contains("Olivia, who made the schedule, may no longer tune here", await NextAsync(), StringComparison.Ordinal);
        await using (var db = _database.CreateDbContext())
        {
            Assert.False(await db.TuningJobs.AnyAsync(s_ct));
        }

        await _database.SetMemberAsync(_database.Scope.TenantId, "usr_1", MemberRole.Editor);
        _clock.Advance(TimeSpan.FromDays(31));
        await Task.WhenAll(Task.Run(EndPeriodAsync, s_ct), Task.Run(EndPeriodAsync, s_ct));
        Assert.StartsWith("A tuning on version 1 was begun, at most $", (await ScheduleAsync()).Outcome, StringComparison.Ordinal);
        await using (var db = _database.CreateDbContext())
        {
            var job = await db.TuningJobs.SingleAsync(s_ct);
            Assert.Equal(("usr_1", "Olivia"), (job.StartedByUserId, job.StartedByName));
            Assert.Equal(1, await db.Reservations.CountAsync(r => r.SubjectId == job.Id, s_ct));
            Assert.Contains("By the schedule of Olivia", (await db.Set<AuditEntry>().SingleAsync(a => a.Action == "tuning.started", s_ct)).Details, StringComparison.Ordinal);
        }

        Assert.StartsWith("A tuning was under way", await NextAsync(), StringComparison.Ordinal);
        await using (var db = _database.CreateDbContext())
        {
            var job = await db.TuningJobs.SingleAsync(s_ct);
            job.Cancel(db.Now);
            await db.SaveChangesAsync(s_ct);
        }

        // The same rows are paid for once.
        await NextAsync();
        await using (var db = _database.CreateDbContext())
        {
            Assert.Equal(1, await db.TuningJobs.CountAsync(s_ct));
        }
    }

    [Fact]
    public void Schedule_ByMonth_ComesBackToItsDay()
    {
        var schedule = new RetuneSchedule { ProjectId = "prj_1", EndpointId = "enp_1" };
        schedule.Set(new RetunePlan(RetunePace.Monthly, 1, 0), "usr_1", "Olivia", At(1, 31));
        Assert.Equal(At(2, 28), schedule.NextAt);
        schedule.Ran("", At(2, 28));
        Assert.Equal(At(3, 31), schedule.NextAt);

        static DateTime At(int month, int day) => new(2027, month, day, 9, 0, 0, DateTimeKind.Utc);
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

    private async Task ScheduleAsync(MemberRole role, RetunePlan plan, Func<Func<Task>, Task>? expect = null)
    {
        await using var scope = Enter(role);
        var schedules = scope.ServiceProvider.GetRequiredService<RetuneScheduleService>();
        await (expect ?? (set => set()))(() => schedules.SetAsync(_projectId, plan, s_ct));
    }

    private async Task<RetuneSchedule> ScheduleAsync()
    {
        await using var scope = Enter(MemberRole.Viewer);
        return await scope.ServiceProvider.GetRequiredService<RetuneScheduleService>().FindAsync(_projectId, s_ct) ?? throw new InvalidOperationException("There is no schedule.");
    }

    /// <summary>Ends the period that comes next, and says what came of it.</summary>
    private async Task<string> NextAsync()
    {
        _clock.Advance(TimeSpan.FromDays(31));
        await EndPeriodAsync();
        return (await ScheduleAsync()).Outcome;
    }

    private async Task EndPeriodAsync()
    {
        await using var scope = _services.CreateAsyncScope();
        await using var db = _database.CreateDbContext();
        var id = await db.RetuneSchedules.Select(s => s.Id).SingleAsync(s_ct);
        await scope.ServiceProvider.GetRequiredService<RetuneScheduleWorker>().RunAsync(_database.Scope.TenantId, id, s_ct);
    }

    private async Task<int> SchedulesDueAsync()
    {
        await using var db = _database.CreateDbContext();
        return await new RetuneScheduleSweep(_jobs).EnqueueLostAsync(db, db.Now, s_ct);
    }

    /// <summary>Calls that became rows.</summary>
    private async Task AddRowsAsync(int rows)
    {
        // Later than any version.
        _clock.Advance(TimeSpan.FromMinutes(1));
        await using var db = _database.CreateDbContext();
        var import = db.DatasetImports.Add(new DatasetImport { ProjectId = _projectId, FileName = "rows.csv", BlobName = $"upload/{++_said}", Length = 1, Sha256 = "a", UploadedAt = db.Now, UploadedByUserId = "usr_1", UploadedByName = "Olivia" }).Entity;
        for (var i = 0; i < rows; i++)
        {
            var draft = TrafficDraft.Of(new TakenCall(_projectId, $"ans_{++_said}", WrongReasons.Disliked, "A question", "card", "") { DeploymentName = "intents@1", ModelName = "Tuned", CalledAt = db.Now, ExpiresAt = db.Now.AddDays(30) }, "Olivia", db.Now);
            draft.Add(import.Id, i + 1, db.Now);
            db.TrafficDrafts.Add(draft);
        }

        await db.SaveChangesAsync(s_ct);
    }

    /// <param name="hasOlder">The live model was made from a version before the newest.</param>
    private async Task SeedAsync(bool hasOlder = false)
    {
        await _database.SetMemberAsync(_database.Scope.TenantId, "usr_1", MemberRole.Owner);
        _projectId = await TuneSeed.ProjectAsync(_database);
        await using var db = _database.CreateDbContext();
        var prompt = await db.Candidates.SingleAsync(s_ct);
        var older = new DatasetVersion { ProjectId = _projectId, Number = 0, StartedAt = db.Now.AddDays(-1) };
        older.Freeze(new VersionTotals(40, 10, 5, 2, new SplitPlan([]), "hash", "digest"), db.Now.AddDays(-1));
        if (hasOlder)
        {
            db.DatasetVersions.Add(older);
        }

        var tuned = db.Candidates.Add(new Candidate
        {
            ProjectId = _projectId, Name = "Tuned", Rung = Rung.Tuned, BaseModelId = prompt.BaseModelId, ModelName = "endpoints/1", RecipeId = prompt.RecipeId, VersionId = hasOlder ? older.Id : prompt.VersionId, SourceId = "tun_1", Key = "tuned", CreatedAt = db.Now,
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

    private sealed class Contexts(PortalDatabase database, TenantScope scope, CommandWatch watch) : IDbContextFactory<PortalDbContext>
    {
        public PortalDbContext CreateDbContext() => database.CreateDbContextFor(scope, watch);
    }

    /// <summary>Knows what failed. It can hold the first two who ask whether an endpoint was ever looked at until both have their answer.</summary>
    private sealed class CommandWatch : DbCommandInterceptor
    {
        private readonly TaskCompletionSource _both = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _asked;

        public bool HoldsFirst { get; set; }

        public ConcurrentQueue<string> Problems { get; } = [];

        public override async ValueTask<DbDataReader> ReaderExecutedAsync(DbCommand command, CommandExecutedEventData eventData, DbDataReader result, CancellationToken cancellationToken = default)
        {
            if (HoldsFirst && command.CommandText.Contains("EXISTS", StringComparison.Ordinal) && command.CommandText.Contains("RetuneWatch", StringComparison.Ordinal))
            {
                if (Interlocked.Increment(ref _asked) is 2)
                {
                    _both.SetResult();
                }

                await _both.Task;
            }

            return result;
        }

        public override Task CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default)
        {
            Problems.Enqueue(eventData.Exception.Message);
            return Task.CompletedTask;
        }
    }
}
