using System.Diagnostics;
using System.Security.Claims;
using Hangfire;
using Hangfire.InMemory;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Admin;
using Portal.Features.Billing;
using Portal.Features.Connect;
using Portal.Features.Define;
using Portal.Features.Deploy;
using Portal.Features.Evaluate;
using Portal.Features.Leave;
using Portal.Features.Monitor;
using Portal.Features.Tenancy;
using Portal.Features.Tune;
using Portal.Hosting;
using Portal.Persistence;

namespace Portal.Benchmarks;

/// <summary>
/// What the pages with lists ask at the size of a large platform and its largest customer, and what every sweep asks every five seconds. On
/// SQLite, or on the PostgreSQL server whose connection string is PORTAL_BENCH_POSTGRES.
/// </summary>
internal sealed class ListBenchmark : PortalBenchmark
{
    private readonly Dictionary<string, List<(double Milliseconds, double Megabytes)>> _times = [];
    private readonly List<double> _plain = [];
    private readonly Seat _seat = new();
    private readonly DateTime _now = TimeProvider.System.GetUtcNow().UtcDateTime;
    private ListSeed _seed = null!; // set by PrepareAsync

    public override string Name => "lists";

    public override string Unit => "pages";

    public override string Against => "counting half a million entries by their index";

    protected override string? Server => Environment.GetEnvironmentVariable("PORTAL_BENCH_POSTGRES");

    public override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        await SeatAdminAsync();
        _seed = new ListSeed(id => id is ListSeed.Nobody ? PlatformScope() : Scope(id), _now);
        await _seed.RunAsync();
        await AskAsync("audit file", async s =>
        {
            var lines = 0;
            await foreach (var _ in s.GetRequiredService<AuditService>().CsvAsync(new AuditFilter(), long.MaxValue, CancellationToken.None))
            {
                lines++;
            }

            if (lines <= ListSeed.Entries)
            {
                throw new InvalidOperationException("The file misses entries.");
            }
        });
    }

    public override async Task<long> WorkAsync()
    {
        var asked = 0;
        foreach (var (name, ask) in Platform().Concat(Customer()))
        {
            await AskAsync(name, ask);
            asked++;
        }

        await AskAsync("client board", BoardAsync, ListSeed.Consultancy);
        return asked + 1 + await SweepAsync();
    }

    public override async Task<long> PlainAsync()
    {
        await using var services = Scope();
        await using var db = await services.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        var began = Stopwatch.GetTimestamp();
        var count = await db.Set<AuditEntry>().CountAsync(e => e.Sequence > 0);
        _plain.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        return count >= ListSeed.Entries ? 1 : throw new InvalidOperationException("Entries are missing.");
    }

    public override async ValueTask DisposeAsync()
    {
        var plain = Middle(_plain);
        Console.WriteLine($"  {Against}: {plain:0.0} ms");
        foreach (var (name, times) in _times)
        {
            var time = Middle(times.Select(t => t.Milliseconds));
            Console.WriteLine($"  {name,-34} {time / plain,7:0.00}×  {time,8:0.0} ms (most {times.Max(t => t.Milliseconds):0.0}), {Middle(times.Select(t => t.Megabytes)),7:0.0} MB allocated");
        }

        await base.DisposeAsync();
    }

    protected override void Add(WebApplicationBuilder builder)
    {
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["SignIn:Authority"] = "https://id.example", ["SignIn:ClientId"] = "portal", ["SignIn:ClientSecret"] = "secret", ["Connect:Kind"] = "Sandbox", ["Connect:SandboxUrl"] = "http://127.0.0.1:9/" });
        builder.AddConnect();
        builder.AddEvaluate();
        builder.AddTune();
        builder.AddDeploy();
        builder.AddMonitor();
        builder.AddLeave();
        builder.AddAdmin();
        var jobs = new InMemoryStorage();
        builder.Services.AddSingleton(new StuckJobs(jobs, new BackgroundJobClient(jobs))).AddSingleton<AuthenticationStateProvider>(_seat);
    }

    private static IEnumerable<(string Name, Func<IServiceProvider, Task> Ask)> Platform()
    {
        Task Tenants(IServiceProvider s, string? search, int from) => s.GetRequiredService<TenantDirectory>().ListAsync(search, false, from, CancellationToken.None);
        Task Work(IServiceProvider s, bool waiting, int from) => s.GetRequiredService<WorkBoard>().ListAsync(waiting, null, null, from, CancellationToken.None);
        yield return ("organizations, first", s => Tenants(s, null, 0));
        yield return ("organizations, last", s => Tenants(s, null, 5_000));
        yield return ("organizations, by name", s => Tenants(s, "zation org_19", 0));
        yield return ("organization", s => s.GetRequiredService<TenantDirectory>().GetAsync(ListSeed.Customer, CancellationToken.None));
        yield return ("failed work", s => Work(s, false, 0));
        yield return ("failed work, last", s => Work(s, false, 175));
        yield return ("waiting work", s => Work(s, true, 0));
        yield return ("announcements", s => s.GetRequiredService<PlatformWork>().ActAsync(PlatformLog.Id, own => own.GetRequiredService<AnnouncementService>().ListAsync(CancellationToken.None), CancellationToken.None));
        yield return ("margin", s => s.GetRequiredService<MarginService>().ReadAsync(null, null, CancellationToken.None));
    }

    private IEnumerable<(string Name, Func<IServiceProvider, Task> Ask)> Customer()
    {
        Task Log(IServiceProvider s, AuditFilter filter, long? before = null) => s.GetRequiredService<AuditService>().ListAsync(filter, before, null, CancellationToken.None);
        Task Traffic(IServiceProvider s, string range, string? key = null) =>
            s.GetRequiredService<MonitorService>().ReadAsync(_seed.Endpoint.ProjectId, new MonitorScope(MonitorRange.Named(range), null, key), CancellationToken.None);
        yield return ("members", s => s.GetRequiredService<MemberService>().ListAsync(500, CancellationToken.None));
        yield return ("log, first", s => Log(s, new AuditFilter()));
        yield return ("log, middle", s => Log(s, new AuditFilter(), ListSeed.Entries / 2));
        yield return ("log, one person", s => Log(s, new AuditFilter(Person: ListSeed.PersonOf(ListSeed.Customer, 17))));
        yield return ("log, rare action", s => Log(s, new AuditFilter(Action: "member.")));
        yield return ("log, common action", s => Log(s, new AuditFilter(Action: "rows.")));
        yield return ("log, no such action", s => Log(s, new AuditFilter(Action: "playbook.")));
        yield return ("log, one target", s => Log(s, new AuditFilter(Target: "Project 77777")));
        yield return ("log, no such target", s => Log(s, new AuditFilter(Target: "zzqq")));
        yield return ("log, a project", s => Log(s, new AuditFilter(Project: _seed.Endpoint.ProjectId)));
        yield return ("log, denied", s => Log(s, new AuditFilter(Outcome: AuditOutcome.Denied)));
        yield return ("log, an old week", s => Log(s, new AuditFilter(DateOnly.FromDateTime(_now.AddDays(-300)), DateOnly.FromDateTime(_now.AddDays(-293)))));
        yield return ("log, of an old week, action", s => Log(s, new AuditFilter(DateOnly.FromDateTime(_now.AddDays(-300)), DateOnly.FromDateTime(_now.AddDays(-293)), Action: "rows.")));
        yield return ("log, count", s => s.GetRequiredService<AuditService>().CountAsync(CancellationToken.None));
        yield return ("log, people", s => s.GetRequiredService<AuditService>().PeopleAsync(CancellationToken.None));
        yield return ("keys", s => s.GetRequiredService<ApiKeyService>().ListAsync(250, CancellationToken.None));
        yield return ("keys, choices", s => s.GetRequiredService<ApiKeyService>().ChoicesAsync(CancellationToken.None));
        yield return ("keys of a project", s => s.GetRequiredService<ApiKeyService>().OfProjectAsync(_seed.Endpoint.ProjectId, CancellationToken.None));
        yield return ("endpoints", s => s.GetRequiredService<InventoryService>().ReadAsync(CancellationToken.None));
        yield return ("traffic of an endpoint", s => s.GetRequiredService<TrafficService>().ReadAsync(_seed.Endpoint.Id, CancellationToken.None));
        yield return ("calls today", s => s.GetRequiredService<TrafficService>().CallsTodayAsync(_seed.Endpoint.Id, CancellationToken.None));
        foreach (var range in MonitorRange.All)
        {
            yield return ($"monitor, {range.Words}", s => Traffic(s, range.Key));
        }

        yield return ("costs", s => s.GetRequiredService<CostService>().ReadAsync(null, CostBy.Project, CancellationToken.None));
    }

    private static async Task BoardAsync(IServiceProvider services)
    {
        var consultant = Person(ListSeed.PersonOf(ListSeed.Consultancy, 0), null);
        await services.GetRequiredService<MemberGate>().EnterAsync(consultant, ListSeed.Consultancy.Replace('_', '-'), "", CancellationToken.None);
        var engagements = await services.GetRequiredService<EngagementService>().ListAsync(CancellationToken.None);
        if (await services.GetRequiredService<ClientBoard>().ReadAsync(consultant, engagements, CancellationToken.None) is not { Count: 200 } rows || rows.Any(r => r.Problem is not ""))
        {
            throw new InvalidOperationException("Clients are missing.");
        }
    }

    /// <summary>Each in the platform's scope, as the portal does it every five seconds.</summary>
    private async Task<int> SweepAsync()
    {
        await using var services = PlatformScope();
        services.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
        await TimeAsync("days to add up", async () =>
        {
            await using var db = await services.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
            await UsageDayWorker.Due(db, _now).ToListAsync();
        });
        var sweeps = services.ServiceProvider.GetServices<ISwept>().ToList();
        foreach (var swept in sweeps)
        {
            await TimeAsync(swept.GetType().Name, async () =>
            {
                await using var db = await services.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
                await swept.EnqueueLostAsync(db, _now, CancellationToken.None);
            });
        }

        return sweeps.Count + 1;
    }

    private async Task AskAsync(string name, Func<IServiceProvider, Task> ask, string tenantId = ListSeed.Customer)
    {
        await using var services = PlatformScope();
        if (tenantId is not ListSeed.Consultancy)
        {
            services.ServiceProvider.GetRequiredService<TenantScope>().Enter(tenantId);
        }

        await TimeAsync(name, () => ask(services.ServiceProvider));
    }

    private async Task TimeAsync(string name, Func<Task> ask)
    {
        var (allocated, began) = (GC.GetTotalAllocatedBytes(), Stopwatch.GetTimestamp());
        await ask();
        (_times.TryGetValue(name, out var times) ? times : _times[name] = []).Add((Stopwatch.GetElapsedTime(began).TotalMilliseconds, (GC.GetTotalAllocatedBytes() - allocated) / 1e6));
    }

    private async Task SeatAdminAsync()
    {
        await using var services = PlatformScope();
        await using var db = await services.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        var admin = db.Add(new User { Issuer = "https://id.example", Subject = "pat", IsPlatformAdmin = true, CreatedAt = _now }).Entity;
        await db.SaveChangesAsync();
        var sessions = services.ServiceProvider.GetRequiredService<SessionService>();
        var key = await sessions.OpenAsync(new SessionStart(admin.Id, admin.Issuer, null, null, "", "", "10.0.0.7", "bench"), CancellationToken.None);
        var session = await sessions.FindAsync(key, CancellationToken.None) ?? throw new InvalidOperationException("The admin has no session.");
        _seat.User = Person(admin.Id, session.Id);
    }

    private static ClaimsPrincipal Person(string userId, string? sessionId) => new(new ClaimsIdentity(
        [new Claim(PortalClaims.UserId, userId), .. sessionId is null ? Array.Empty<Claim>() : [new Claim(SessionClaims.SessionIdClaim, sessionId)]], "bench"));

    private static double Middle(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count is 0 ? 0 : sorted[sorted.Count / 2];
    }

    private sealed class Seat : AuthenticationStateProvider
    {
        public ClaimsPrincipal User { get; set; } = new();

        public override Task<AuthenticationState> GetAuthenticationStateAsync() => Task.FromResult(new AuthenticationState(User));
    }
}
