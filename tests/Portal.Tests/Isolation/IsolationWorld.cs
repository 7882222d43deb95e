using System.Collections.Concurrent;
using System.Data.Common;
using Hangfire;
using Hangfire.Common;
using Hangfire.InMemory;
using Hangfire.States;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Tests.Isolation;

/// <summary>
/// The real portal, as its Program builds it, over one database with two customers who differ in their canaries alone, a consultancy
/// between them, and everybody who might knock. Nothing runs in the background, and the outside answers that it knows nothing.
/// </summary>
internal sealed class IsolationWorld : IAsyncDisposable
{
    private readonly WebApplicationFactory<Program> _portal;

    private IsolationWorld(PortalDatabase database, WebApplicationFactory<Program> portal, IServiceCollection registered, ManualTime time, Ears ears)
    {
        (Database, _portal, Registered, Time, Ears) = (database, portal, registered, time, ears);
        State = new WorldState(database);
    }

    public PortalDatabase Database { get; }

    public IServiceCollection Registered { get; }

    public IServiceProvider Services => _portal.Services;

    public ManualTime Time { get; }

    public Ears Ears { get; }

    public WorldState State { get; }

    /// <summary>The customer whose door is knocked at, with the project that its consultant may see.</summary>
    public Holdings Own { get; private set; } = null!; // planted at the start

    /// <summary>The same customer's other project, which is nobody's business but its own members'.</summary>
    public Holdings Closed { get; private set; } = null!;

    /// <summary>The other customer.</summary>
    public Holdings Other { get; private set; } = null!;

    public IReadOnlyList<Person> People { get; private set; } = [];

    /// <param name="fault">Makes the portal wrong; what it adds may ask for the world.</param>
    public static async Task<IsolationWorld> StartAsync(Action<IServiceCollection, Func<IsolationWorld>>? fault = null)
    {
        var (time, ears) = (new ManualTime(), new Ears());
        var database = new PortalDatabase(time);
        IServiceCollection? registered = null;
        IsolationWorld? world = null;
        var options = database.Options;
        var portal = new WebApplicationFactory<Program>().WithWebHostBuilder(host => host
            .UseEnvironment("Testing").UseSetting("hostBuilder:reloadConfigOnChange", "false")
            .UseSetting("Storage:Folder", database.Folder).UseSetting("Database:Provider", options.Provider.ToString()).UseSetting("Database:MigrateAtStart", "false")
            .UseSetting("Database:ConnectionString", options.ConnectionString).UseSetting("Database:OwnerConnectionString", options.OwnerConnectionString)
            .UseSetting("SignIn:Authority", "https://id.example/").UseSetting("SignIn:ClientId", "portal").UseSetting("SignIn:ClientSecret", "secret")
            .UseSetting("SignIn:ResolverUrl", "https://names.example/resolve")
            .UseSetting("Connect:Kind", "Sandbox").UseSetting("Connect:SandboxUrl", "http://127.0.0.1:9/")
            .UseSetting("Connect:Patience:BaseDelay", "00:00:00.001").UseSetting("Connect:Patience:MaxDelay", "00:00:00.002")
            .ConfigureTestServices(services =>
            {
                registered = services;
                Quieten(services, time, ears);
                fault?.Invoke(services, () => world ?? throw new InvalidOperationException("The world is not there yet."));
            }));
        world = new IsolationWorld(database, portal, portal.Services is null || registered is null ? throw new InvalidOperationException("The portal did not start.") : registered, time, ears);
        await world.PlantAsync();
        return world;
    }

    public AsyncServiceScope Scope() => Services.CreateAsyncScope();

    public HttpClient Browser() => _portal.CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false, HandleCookies = false, BaseAddress = new Uri("https://localhost") });

    public Person Person(string name) => People.Single(p => p.Name == name);

    public async ValueTask DisposeAsync()
    {
        await _portal.DisposeAsync();
        Database.Dispose();
    }

    private async Task PlantAsync()
    {
        await using (var seed = Scope())
        {
            await seed.ServiceProvider.GetRequiredService<CatalogueService>().SeedAsync(CancellationToken.None);
        }

        var planting = new Planting(this);
        await planting.RunAsync();
        (Own, Closed, Other, People) = (planting.Own, planting.Closed, planting.Other, planting.People);
        foreach (var visitor in People.Where(p => p.Standing is Standing.Consultant or Standing.RunOut))
        {
            // A visit is written down once an hour: here, and not in every cell.
            await using var visit = Scope();
            await visit.ServiceProvider.GetRequiredService<MemberGate>().EnterAsync(visitor.Principal, Own.Slug, "10.0.0.7", CancellationToken.None);
        }

        await State.RememberAsync();
        Ears.Forget();
    }

    private static void Quieten(IServiceCollection services, ManualTime time, Ears ears)
    {
        // Only what the framework itself starts: no sweep, no worker, no clean-up meets a cell half-way.
        foreach (var hosted in services.Where(s => s.ServiceType == typeof(IHostedService) && s.ImplementationType?.Namespace?.StartsWith("Microsoft.", StringComparison.Ordinal) is not true).ToList())
        {
            services.Remove(hosted);
        }

        services.ConfigureEveryDatabase((_, options) => options.AddInterceptors(ears));
        services.RemoveAll<TimeProvider>().AddSingleton<TimeProvider>(time);
        services.AddSingleton<IGlobalConfiguration>(GlobalConfiguration.Configuration).AddSingleton<JobStorage>(new InMemoryStorage());
        services.AddSingleton<IBackgroundJobClient>(ears);
        services.AddLogging(logging => logging.ClearProviders().AddProvider(ears).SetMinimumLevel(LogLevel.Information));
        services.ConfigureHttpClientDefaults(http => http.ConfigurePrimaryHttpMessageHandler(() => ears.Outside()));
    }
}

/// <summary>A clock that a test sets, back as well as on.</summary>
internal sealed class ManualTime : TimeProvider
{
    public static readonly DateTimeOffset Start = new(2026, 11, 25, 9, 0, 0, TimeSpan.Zero);

    private long _timestamp;

    public DateTimeOffset Now { get; set; } = Start;

    public override DateTimeOffset GetUtcNow() => Now;

    /// <summary>Between any two looks a while has passed, so that nothing is believed from before a row was changed under it.</summary>
    public override long GetTimestamp() => Interlocked.Add(ref _timestamp, 10 * TimestampFrequency);

    public void Pass(TimeSpan span) => Interlocked.Add(ref _timestamp, (long)(span.TotalSeconds * TimestampFrequency));
}

/// <summary>All that leaves the portal beside its answers: log lines, calls to the outside, work for later.</summary>
internal sealed class Ears : DbCommandInterceptor, ILoggerProvider, IBackgroundJobClient
{
    private readonly ConcurrentQueue<string> _heard = new();
    private int _asked;

    /// <summary>Commands that the database was sent.</summary>
    public int Asked => _asked;

    public ConcurrentQueue<Job> Work { get; } = new();

    public IReadOnlyCollection<string> Heard => _heard;

    public void Hear(string line) => _heard.Enqueue(line);

    public void Forget()
    {
        _heard.Clear();
        Work.Clear();
        _asked = 0;
    }

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _asked);
        return ValueTask.FromResult(result);
    }

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _asked);
        return ValueTask.FromResult(result);
    }

    public ILogger CreateLogger(string categoryName) => new Line(this, categoryName);

    public HttpMessageHandler Outside() => new Nobody(this);

    public string Create(Job job, IState state)
    {
        Work.Enqueue(job);
        _heard.Enqueue($"work {job.Type.Name}.{job.Method.Name}({string.Join(", ", job.Args)})");
        return "1";
    }

    public bool ChangeState(string jobId, IState state, string expectedState) => true;

    public void Dispose()
    {
    }

    private sealed class Line(Ears ears, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            ears._heard.Enqueue($"log {category}: {formatter(state, exception)} {exception}");
    }

    /// <summary>The vendor and everybody else out there: what is asked for is not there.</summary>
    private sealed class Nobody(Ears ears) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            ears._heard.Enqueue($"call {request.Method} {request.RequestUri} {(request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken))}");
            return new HttpResponseMessage(System.Net.HttpStatusCode.NotFound)
            {
                RequestMessage = request, Content = new StringContent("""{"error":{"code":404,"message":"Not found.","status":"NOT_FOUND"}}""", System.Text.Encoding.UTF8, "application/json"),
            };
        }
    }
}
