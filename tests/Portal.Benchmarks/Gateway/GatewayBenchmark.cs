using System.Diagnostics;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Billing;
using Portal.Features.Connect;
using Portal.Features.Deploy;
using Portal.Features.Evaluate;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Benchmarks.Gateway;

/// <summary>
/// Calls through the gateway, with a key, a budget of the organisation and each call on record before its answer leaves, against the same calls
/// through a bare YARP; the vendor is the same program for both. Loaded by wrk. On SQLite, or on the PostgreSQL server whose connection string,
/// naming a database that is yet to be made, is PORTAL_BENCH_POSTGRES.
/// </summary>
internal class GatewayBenchmark : PortalBenchmark
{
    private const string Body = """{"contents":[{"role":"user","parts":[{"text":"My card is gone and I need a new one before Friday."}]}]}""";
    private const int Connections = 64;

    private static readonly TimeSpan s_round = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan s_warm = TimeSpan.FromSeconds(45);

    private readonly List<Process> _processes = [];
    private readonly List<Load> _work = [];
    private readonly List<Load> _plain = [];
    private readonly string _vendor = Stations.FreeAddress();
    private readonly string _proxy = Stations.FreeAddress();
    private readonly string _portal = Stations.FreeAddress();
    private string _script = "";
    private Load? _warm;
    private Process? _gateway;
    private Process? _yarp;

    public override string Name => "gateway";

    public override string Unit => "calls";

    public override string Against => "a bare YARP";

    protected override string? Server => Environment.GetEnvironmentVariable("PORTAL_BENCH_POSTGRES");

    protected virtual string Method => "generateContent";

    public override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        _script = Wrk.Script(Folder, Body, await GoLiveAsync());
        _processes.Add(Stations.Start("vendor", _vendor));
        _processes.Add(_yarp = Stations.Start("proxy", _proxy, _vendor));
        _processes.Add(_gateway = StartPortal());
        await Task.WhenAll(AnswersAsync(_proxy), AnswersAsync(_portal));
        // Until what is called often is compiled for good.
        _warm = await Wrk.RunAsync(new Uri($"{_portal}/v1/models/intents:{Method}"), _script, Connections, s_warm);
        await Wrk.RunAsync(new Uri($"{_proxy}/v1/models/intents:{Method}"), _script, Connections, s_round);
    }

    public override async Task<long> WorkAsync() => await LoadAsync(_portal, _gateway, _work);

    public override async Task<long> PlainAsync() => await LoadAsync(_proxy, _yarp, _plain);

    public override async ValueTask DisposeAsync()
    {
        Print("the gateway", _work);
        Print("YARP", _plain);
        if (_work.Count > 1)
        {
            var (answered, recorded) = (_work.Append(_warm).Sum(l => l?.Calls ?? 0), await OnRecordAsync());
            // At the end of a run wrk counts no more those that are under way; they are answered and on record.
            var (lost, doubled) = (Math.Max(0, answered - recorded), Math.Max(0, recorded - answered - ((_work.Count + 1) * Connections)));
            Console.WriteLine($"  p99 {Middle(_work) / Middle(_plain):0.00} times that of YARP; {recorded:N0} calls on record of {answered:N0} answered: {lost} lost, {doubled} doubled");
        }

        foreach (var process in _processes)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }

        await base.DisposeAsync();
    }

    protected override void Add(WebApplicationBuilder builder)
    {
        builder.AddConnect();
        builder.AddEvaluate();
        builder.AddDeploy();
    }

    // The first round compiles.
    private static double Middle(List<Load> loads) => loads.Skip(1).Select(l => l.P99Milliseconds).Order().ElementAt((loads.Count - 1) / 2);

    private static void Print(string name, List<Load> loads)
    {
        foreach (var load in loads)
        {
            Console.WriteLine($"  {name,-12} {load.PerSecond,8:N0} calls/s, median {load.MedianMilliseconds:0.0} ms, p99 {load.P99Milliseconds:0.0} ms, {load.ProcessorMicroseconds:0} µs of its processor time a call");
        }
    }

    /// <summary>Of a program's own processor time a neighbour on the machine takes nothing, as it does of calls a second.</summary>
    private async Task<long> LoadAsync(string address, Process? server, List<Load> loads)
    {
        var before = ProcessorTime(server);
        var load = await Wrk.RunAsync(new Uri($"{address}/v1/models/intents:{Method}"), _script, Connections, s_round);
        loads.Add(load with { ProcessorMicroseconds = (ProcessorTime(server) - before).TotalMicroseconds / load.Calls });
        return load.Calls;
    }

    private static TimeSpan ProcessorTime(Process? process)
    {
        process?.Refresh();
        return process?.TotalProcessorTime ?? TimeSpan.Zero;
    }

    private static async Task AnswersAsync(string address)
    {
        using var http = new HttpClient();
        var patience = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                (await http.GetAsync(new Uri(address))).Dispose();
                return;
            }
            catch (HttpRequestException) when (patience.Elapsed < TimeSpan.FromSeconds(60))
            {
                await Task.Delay(100);
            }
        }
    }

    private async Task<int> OnRecordAsync()
    {
        await using var services = Scope();
        await using var db = await services.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        return await db.InferenceLogs.CountAsync(l => l.Status == 200);
    }

    private Process StartPortal()
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Portal.dll")]) { WorkingDirectory = Directory.CreateDirectory(Path.Combine(Folder, "run")).FullName };
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development", ["ASPNETCORE_URLS"] = _portal, ["Logging__LogLevel__Default"] = "Error",
            ["Storage__Folder"] = Folder, ["Database__MigrateAtStart"] = "false",
            ["Sandbox__Embedded"] = "false", ["Demo__Seed"] = "false", ["Connect__Kind"] = "Sandbox", ["Connect__SandboxUrl"] = _vendor, ["Stripe__ApiKey"] = "",
            ["SignIn__Authority"] = "http://127.0.0.1:9/", ["SignIn__ClientId"] = "portal", ["SignIn__ClientSecret"] = "secret", ["SignIn__IsSandbox"] = "true",
            ["Deploy__CallsPerMinute"] = "1000000", ["Deploy__Burst"] = "100000", ["Deploy__OrganizationCallsPerMinute"] = "10000000", ["Deploy__OrganizationBurst"] = "1000000",
            ["Deploy__TokensPerMinute"] = "1000000000", ["Deploy__OrganizationTokensPerMinute"] = "2000000000",
        })
        {
            start.Environment[name] = value;
        }

        if (Server is { Length: > 0 } server)
        {
            (start.Environment["Database__Provider"], start.Environment["Database__ConnectionString"], start.Environment["Database__OwnerConnectionString"]) = ("Postgres", server, server);
        }

        return Process.Start(start) ?? throw new InvalidOperationException("The portal did not start.");
    }

    /// <summary>The organisation, and the models that there are.</summary>
    private async Task FoundAsync()
    {
        await using var services = PlatformScope();
        await services.ServiceProvider.GetRequiredService<CatalogueService>().SeedAsync(CancellationToken.None);
        await using var db = await services.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        var tenant = new Tenant { Slug = "bench", Name = "Bench" };
        db.Entry(tenant).Property(t => t.Id).CurrentValue = "org_bench";
        var user = new User { Issuer = "https://id.example", Subject = "usr_1" };
        user.Expect("Olivia Brandt", "olivia@example.com");
        db.Entry(user).Property(u => u.Id).CurrentValue = "usr_1";
        db.AddRange(tenant, user);
        await db.SaveChangesAsync();
        db.Members.Add(new Member { TenantId = tenant.Id, UserId = "usr_1", Role = MemberRole.Owner });
        await db.SaveChangesAsync();
    }

    /// <summary>An endpoint that answers, a budget that its calls come under, and the secret of a key to it.</summary>
    private async Task<string> GoLiveAsync()
    {
        await FoundAsync();
        await using var services = Scope();
        var user = new ClaimsPrincipal(new ClaimsIdentity([new Claim(PortalClaims.UserId, "usr_1"), new Claim("name", "Olivia Brandt")]));
        services.ServiceProvider.GetRequiredService<CurrentMember>().Enter(new Membership("org_bench", "Bench", "bench", TenantKind.Customer, MemberRole.Owner), user);
        var dbs = services.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>();
        var projects = services.ServiceProvider.GetRequiredService<Portal.Features.Define.ProjectService>();
        var project = await projects.CreateAsync("Support triage", CancellationToken.None);
        var model = CatalogueService.Embedded().Select(e => e.ToModel()).First(m => m is { IsOffered: true, Prices.Count: > 0 });
        await using var db = await dbs.CreateDbContextAsync();
        var recipe = Recipe.Of(project.Id, new RecipeContent("Name the intent of the message.", [new Shot("Where is my bill?", "billing")], 0, 64, "", null), db.Now);
        db.Add(recipe); // gives it its id
        var candidate = new Candidate
        {
            ProjectId = project.Id, Name = "Flash few-shot", Rung = Rung.FewShot, BaseModelId = model.Id, ModelName = model.Id, RecipeId = recipe.Id, VersionId = null, SourceId = "ver_1", Key = "bench", CreatedAt = db.Now,
        };
        db.Add(candidate);
        await db.SaveChangesAsync();
        var endpoint = new Endpoint { ProjectId = project.Id, Name = "intents", CreatedAt = db.Now };
        db.Endpoints.Add(endpoint);
        await db.SaveChangesAsync();
        var deployment = new Deployment
        {
            ProjectId = project.Id, EndpointId = endpoint.Id, CandidateId = candidate.Id, CandidateName = candidate.Name, BaseModelId = model.Id,
            Number = endpoint.TakeNumber(), GatePassed = true, ApprovedByUserId = "usr_1", ApprovedAt = db.Now,
        };
        deployment.GoLive(db.Now);
        db.Deployments.Add(deployment);
        endpoint.PutLive(deployment.Id);
        var budget = new Budget { Kind = BudgetKind.Organization, ScopeId = Budget.OfOrganization };
        budget.Set(1_000_000_000_000, "Olivia Brandt", db.Now);
        db.Budgets.Add(budget);
        await db.SaveChangesAsync();
        return (await services.ServiceProvider.GetRequiredService<ApiKeyService>().IssueAsync(new KeyDraft("Support desk") { ProjectIds = [project.Id] }, CancellationToken.None)).Secret;
    }
}

/// <summary>The same for answers in chunks.</summary>
internal sealed class GatewayStreamBenchmark : GatewayBenchmark
{
    public override string Name => "gateway-stream";

    protected override string Method => "streamGenerateContent?alt=sse";
}
