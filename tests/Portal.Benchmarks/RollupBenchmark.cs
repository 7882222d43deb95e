using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
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
using Portal.Persistence;
using Endpoint = Portal.Features.Deploy.Endpoint;

namespace Portal.Benchmarks;

/// <summary>
/// Adding up 200,000 calls of the first two minutes of one slice, half a minute after half a minute until it is over. On SQLite, or on the
/// PostgreSQL server whose connection string is PORTAL_BENCH_POSTGRES.
/// </summary>
internal sealed class RollupBenchmark : PortalBenchmark
{
    private const int Calls = 200_000;
    private const int Batch = 10_000;
    private const int Keys = 20;
    private const string Customer = "org_bench";

    private static readonly DateTime s_slice = new(2026, 11, 23, 10, 0, 0, DateTimeKind.Utc);
    private static readonly int[] s_steps = [120, 150, 180, 210, 240, 400];

    private readonly MovedTime _time = new();
    private readonly Dictionary<int, List<(double Wall, double Processor, double Megabytes)>> _times = [];
    private Deployment _deployment = null!; // set by PrepareAsync

    public override string Name => "rollup";

    public override string Unit => "calls";

    public override string Against => "counting them by their index";

    protected override string? Server => Environment.GetEnvironmentVariable("PORTAL_BENCH_POSTGRES");

    public override async Task PrepareAsync()
    {
        _time.Now = s_slice;
        await base.PrepareAsync();
        await using (var services = PlatformScope())
        {
            await using var db = await OpenAsync(services);
            var tenant = new Tenant { Slug = "org-bench", Name = "Bench", CreatedAt = s_slice };
            db.Entry(tenant).Property(t => t.Id).CurrentValue = Customer;
            db.Add(tenant);
            await db.SaveChangesAsync();
        }

        await DeployAsync();
        var random = new Random(7);
        for (var from = 0; from < Calls; from += Batch)
        {
            await CallAsync(random, from);
        }
    }

    public override async Task<long> WorkAsync()
    {
        await using (var services = Scope(Customer))
        {
            await using var db = await OpenAsync(services);
            await db.TrafficCursors.ExecuteDeleteAsync();
            await db.TrafficSlices.ExecuteDeleteAsync();
        }

        foreach (var seconds in s_steps)
        {
            _time.Now = s_slice.AddSeconds(seconds);
            await using var services = Scope(Customer);
            var worker = services.ServiceProvider.GetRequiredService<RollupWorker>();
            using var process = Process.GetCurrentProcess();
            var (began, used, allocated) = (Stopwatch.GetTimestamp(), process.TotalProcessorTime, GC.GetTotalAllocatedBytes());
            await worker.RunAsync(Customer, _deployment.EndpointId, CancellationToken.None);
            process.Refresh();
            (_times.TryGetValue(seconds, out var times) ? times : _times[seconds] = [])
                .Add((Stopwatch.GetElapsedTime(began).TotalMilliseconds, (process.TotalProcessorTime - used).TotalMilliseconds, (GC.GetTotalAllocatedBytes() - allocated) / 1e6));
        }

        await using var reader = Scope(Customer);
        await using var sums = await OpenAsync(reader);
        return await sums.TrafficSlices.Where(s => s.Grain == SliceGrain.FiveMinutes).SumAsync(s => s.Calls) is Calls ? Calls : throw new InvalidOperationException("Calls are missing.");
    }

    public override async Task<long> PlainAsync()
    {
        await using var services = Scope(Customer);
        await using var db = await OpenAsync(services);
        var (endpointId, end) = (_deployment.EndpointId, s_slice.AddMinutes(5));
        return await db.InferenceLogs.CountAsync(l => l.EndpointId == endpointId && l.At >= s_slice && l.At < end);
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var (seconds, times) in _times)
        {
            Console.WriteLine($"  {seconds,4} s after the slice began: {Middle(times.Select(t => t.Wall)),8:0} ms, {Middle(times.Select(t => t.Processor)),8:0} ms of the portal's processor time, {Middle(times.Select(t => t.Megabytes)),6:0} MB allocated");
        }

        await base.DisposeAsync();
    }

    protected override void Add(WebApplicationBuilder builder)
    {
        builder.Configuration["SignIn:Authority"] = "https://id.example";
        builder.Configuration["SignIn:ClientId"] = "portal";
        builder.Configuration["SignIn:ClientSecret"] = "secret";
        builder.Configuration["Connect:Kind"] = "Sandbox";
        builder.Configuration["Connect:SandboxUrl"] = "http://127.0.0.1:9/";
        builder.AddConnect();
        builder.AddEvaluate();
        builder.AddTune();
        builder.AddDeploy();
        builder.AddMonitor();
        builder.Services.AddSingleton<TimeProvider>(_time);
    }

    private static Task<PortalDbContext> OpenAsync(AsyncServiceScope services) => services.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();

    private async Task DeployAsync()
    {
        await using var services = Scope(Customer);
        await using var db = await OpenAsync(services);
        var project = db.Add(new Project { CreatedByUserId = "usr_1", CreatedAt = s_slice }).Entity;
        project.Rename("Topics");
        db.Add(new TaskDefinition { ProjectId = project.Id });
        var recipe = db.Recipes.Add(Recipe.Of(project.Id, new RecipeContent("Name the topic.", [], 0, 64, "", null), s_slice)).Entity;
        var candidate = db.Candidates.Add(new Candidate
        {
            ProjectId = project.Id, Name = "Flash prompt only", Rung = Rung.Prompt, BaseModelId = "flash", ModelName = "flash", RecipeId = recipe.Id, VersionId = null, SourceId = "ver_1", Key = "prompt", CreatedAt = s_slice,
        }).Entity;
        var endpoint = db.Endpoints.Add(new Endpoint { ProjectId = project.Id, Name = "topics", CreatedAt = s_slice }).Entity;
        _deployment = db.Deployments.Add(new Deployment
        {
            ProjectId = project.Id, EndpointId = endpoint.Id, CandidateId = candidate.Id, CandidateName = candidate.Name, BaseModelId = "flash", Number = endpoint.TakeNumber(), GatePassed = true,
            ApprovedByUserId = "usr_1", ApprovedAt = s_slice,
        }).Entity;
        await db.SaveChangesAsync();
    }

    private async Task CallAsync(Random random, int from)
    {
        await using var services = Scope(Customer);
        await using var db = await OpenAsync(services);
        List<InferenceLog> calls = [];
        List<CallTrait> traits = [];
        foreach (var i in Enumerable.Range(from, Batch))
        {
            var at = s_slice.AddTicks(TimeSpan.FromSeconds(120).Ticks / Calls * i);
            calls.Add(new InferenceLog
            {
                ProjectId = _deployment.ProjectId, EndpointId = _deployment.EndpointId, DeploymentId = _deployment.Id, ApiKeyId = $"key_{random.Next(Keys):D26}", Source = UsageSource.Endpoint, ResponseId = $"ans_{i:D26}",
                Status = i % 50 is 0 ? 502 : 200, Milliseconds = random.Next(90, 900), InputTokens = 300, OutputTokens = 20, AmountMicros = 140, At = at,
            });
            if (i % 50 is not 0)
            {
                traits.Add(new CallTrait
                {
                    ProjectId = _deployment.ProjectId, EndpointId = _deployment.EndpointId, ResponseId = $"ans_{i:D26}", At = at, Length = random.Next(20, 900), Language = "English", Label = $"label {random.Next(9)}",
                    IsValid = true, Confidence = random.NextDouble(), Sketch = string.Concat(Enumerable.Range(0, 8).Select(_ => $"{random.Next():x8}")),
                });
            }
        }

        await using var transaction = await db.Database.BeginTransactionAsync();
        await db.InsertNewAsync(calls, CancellationToken.None);
        await db.InsertNewAsync(traits, CancellationToken.None);
        await transaction.CommitAsync();
    }

    private static double Middle(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count is 0 ? 0 : sorted[sorted.Count / 2];
    }

    /// <summary>Says what it is told of the day, and measures truly.</summary>
    private sealed class MovedTime : TimeProvider
    {
        public DateTime Now { get; set; }

        public override DateTimeOffset GetUtcNow() => new(Now, TimeSpan.Zero);
    }
}
