using Hangfire;
using Hangfire.States;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Portal.Features.Billing;
using Portal.Features.Connect;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Storage;
using Portal.Vertex;
using Xunit;

namespace Portal.Tests.Features.Model;

/// <summary>The slice on a real database and the real Vertex client, with an answering machine at its end.</summary>
public sealed class ModelRig : IDisposable
{
    public static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private readonly List<ServiceProvider> _providers = [];

    public ModelRig(Action<IServiceCollection>? configure = null)
    {
        Time.SetUtcNow(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
        Database = new PortalDatabase(Time);
        Services = Provide(Database, configure);
    }

    public FakeTimeProvider Time { get; } = new();

    public FakeVertex Vertex { get; } = new();

    public FakeJobs Jobs { get; } = new();

    public PortalDatabase Database { get; }

    public IServiceProvider Services { get; }

    public string ProjectId { get; private set; } = "";

    public string VersionId { get; private set; } = "";

    public DateTime Now => Time.GetUtcNow().UtcDateTime;

    public T Get<T>() where T : notnull => Services.GetRequiredService<T>();

    /// <summary>The same services for another organisation.</summary>
    public IServiceProvider For(string tenantId, Action<IServiceCollection>? more = null) => Provide(Database.For(tenantId), more);

    /// <summary>A classification project with a frozen version: the expected label of row "x is a" is "a".</summary>
    public async Task SeedAsync(int train = 12, int validation = 40, double? target = 0.9, TaskKind kind = TaskKind.Classify, MetricKind metric = MetricKind.Accuracy)
    {
        await Get<CatalogueService>().SeedAsync(Ct);
        var project = await Get<ProjectService>().CreateAsync("Triage", Ct);
        ProjectId = project.Id;
        await Get<ProjectService>().SaveTaskAsync(
            ProjectId, new TaskDraft("Route messages", kind, "Classify the message.", kind is TaskKind.Classify ? ["a", "b", "c"] : [], metric, target), Ct);
        VersionId = await FreezeAsync(train, validation);
    }

    public async Task<string> FreezeAsync(int train, int validation, int test = 10)
    {
        await using var db = Database.CreateDbContext();
        var number = await db.DatasetVersions.CountAsync(Ct) + 1;
        var version = new DatasetVersion { ProjectId = ProjectId, Number = number, StartedAt = Now };
        db.DatasetVersions.Add(version);
        for (var i = 1; i <= train + validation + test; i++)
        {
            var split = i <= train ? Split.Train : i <= train + validation ? Split.Validation : Split.Test;
            var label = "abc"[i % 3].ToString();
            db.FrozenExamples.Add(new FrozenExample { VersionId = version.Id, Split = split, Number = i, Input = $"message {i} is {label}", Output = label });
        }

        version.Freeze(new VersionTotals(train, validation, test, 3, new SplitPlan([]), "hash", "digest"), Now);
        await db.SaveChangesAsync(Ct);
        return version.Id;
    }

    public async Task<Candidate> AddCandidateAsync(string modelId = "gemini-3.5-flash", Rung rung = Rung.Prompt)
    {
        var (_, task) = await Get<ProjectService>().GetAsync(ProjectId, Ct);
        var model = await Get<CatalogueService>().GetAsync(modelId, Ct);
        await using var db = Database.CreateDbContext();
        var candidate = await Get<CandidateService>().AddPromptAsync(db, ProjectId, VersionId, model, rung, Prompting.PromptOnly(task, model), Ct);
        await db.SaveChangesAsync(Ct);
        return candidate;
    }

    public async Task<CandidateRun> StartAsync(string modelId = "gemini-3.5-flash", int maxRows = int.MaxValue) => await Get<CandidateRunService>()
        .StartAsync((await AddCandidateAsync(modelId)).Id, VersionId, Split.Validation, UsageSource.Baseline, maxRows, Ct);

    /// <summary>One step of a worker of its own, as a new process would take it.</summary>
    public async Task StepAsync(string runId, CancellationToken? ct = null)
    {
        await using var scope = Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<CandidateRunWorker>().RunAsync("org_test", runId, ct ?? Ct);
    }

    /// <summary>Runs what was enqueued until nothing is left; waits that a run asked for pass at once.</summary>
    public async Task PumpAsync()
    {
        for (var steps = 0; Jobs.Waiting.TryDequeue(out var next); steps++)
        {
            Assert.True(steps < 500, "The chain of steps does not end.");
            if (next.State is ScheduledState scheduled && scheduled.EnqueueAt > Now)
            {
                Time.SetUtcNow(new DateTimeOffset(DateTime.SpecifyKind(scheduled.EnqueueAt, DateTimeKind.Utc)));
            }

            await StepAsync((string)next.Job.Args[1]);
        }
    }

    /// <summary>As if the worker that has the run had slept past its lease.</summary>
    public async Task ExpireLeaseAsync(string runId)
    {
        await using var db = Database.CreateDbContext();
        var past = Now.AddSeconds(-1);
        await db.CandidateRuns.Where(r => r.Id == runId).ExecuteUpdateAsync(set => set.SetProperty(r => r.LeaseUntil, past), Ct);
    }

    public async Task<CandidateRun> ReadAsync(string runId) => await Get<CandidateRunService>().GetAsync(runId, Ct);

    public async Task<List<UsageEvent>> UsageAsync()
    {
        await using var db = Database.CreateDbContext();
        return await db.UsageEvents.AsNoTracking().OrderBy(u => u.IdempotencyKey).ToListAsync(Ct);
    }

    public void Dispose()
    {
        _providers.ForEach(p => p.Dispose());
        Database.Dispose();
    }

    private ServiceProvider Provide(PortalDatabase database, Action<IServiceCollection>? configure)
    {
        var services = new ServiceCollection();
        // The client's own clock is the real one: its retries wait by it.
        var vertex = new ServiceCollection();
        vertex.AddVertexClients(o => o.BaseDelay = TimeSpan.FromMilliseconds(1)).ConfigurePrimaryHttpMessageHandler(() => Vertex);
        var clients = vertex.BuildServiceProvider();
        _providers.Add(clients);

        services.AddLogging(l => l.SetMinimumLevel(LogLevel.None));
        services.AddOptions();
        services.Configure<ConnectOptions>(o => o.SandboxUrl = "http://127.0.0.1:9/");
        services.Configure<RunOptions>(o => o.ChunkRows = 16);
        services.AddSingleton(clients.GetRequiredService<VertexClientFactory>()).AddSingleton<TimeProvider>(Time)
            .AddSingleton<IBackgroundJobClient>(Jobs).AddSingleton<IDbContextFactory<PortalDbContext>>(database).AddSingleton(database.Scope);
        services.AddSingleton(new GoogleAccess()).AddSingleton<VertexSessions>().AddScoped<CurrentMember>().AddScoped<TenancyService>().AddScoped<StandingRight>().AddScoped<BillingService>().AddScoped<ConnectService>().AddScoped<ProjectService>().AddScoped<ExampleService>().AddScoped<MediaService>().AddScoped<BlobStore>();
        services.AddSingleton(Microsoft.Extensions.Options.Options.Create(new StorageOptions { Folder = database.Folder }));
        services.AddModelSlice();
        configure?.Invoke(services);
        var provider = services.BuildServiceProvider();
        _providers.Add(provider);
        return provider;
    }
}
