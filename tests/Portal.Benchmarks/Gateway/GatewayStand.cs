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
/// A portal with organisations that are live, a vendor behind it that answers at once, and a bare YARP before the same vendor: each a process of
/// its own. On SQLite, or on the PostgreSQL server whose connection string, naming a database that is yet to be made, is PORTAL_BENCH_POSTGRES.
/// </summary>
internal abstract class GatewayStand : PortalBenchmark
{
    protected const string Body = """{"contents":[{"role":"user","parts":[{"text":"My card is gone and I need a new one before Friday."}]}]}""";

    private readonly List<Process> _processes = [];
    private readonly Dictionary<string, string> _keys = [];

    protected override string? Server => Environment.GetEnvironmentVariable("PORTAL_BENCH_POSTGRES");

    protected virtual IReadOnlyList<string> Tenants => ["org_bench"];

    /// <summary>Of the portal: wide enough that nothing but its work bounds it.</summary>
    protected virtual IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["Deploy__CallsPerMinute"] = "1000000", ["Deploy__Burst"] = "100000", ["Deploy__OrganizationCallsPerMinute"] = "10000000", ["Deploy__OrganizationBurst"] = "1000000",
        ["Deploy__TokensPerMinute"] = "1000000000", ["Deploy__OrganizationTokensPerMinute"] = "2000000000",
    };

    /// <summary>Whether the vendor ends its answers in chunks only once it is told to.</summary>
    protected virtual bool IsHeldOpen => false;

    protected string VendorAddress { get; } = Stations.FreeAddress();

    protected string ProxyAddress { get; } = Stations.FreeAddress();

    protected string PortalAddress { get; } = Stations.FreeAddress();

    protected Process? Gateway { get; private set; }

    protected Process? Yarp { get; private set; }

    /// <summary>The secret of each organisation's key.</summary>
    protected IReadOnlyDictionary<string, string> Keys => _keys;

    public override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        await FoundAsync();
        foreach (var tenantId in Tenants)
        {
            _keys[tenantId] = await GoLiveAsync(tenantId);
        }

        _processes.Add(Stations.Start("vendor", VendorAddress, IsHeldOpen ? "open" : "whole"));
        _processes.Add(Yarp = Stations.Start("proxy", ProxyAddress, VendorAddress));
        _processes.Add(Gateway = StartPortal());
        await Task.WhenAll(AnswersAsync(ProxyAddress), AnswersAsync(PortalAddress));
    }

    public override async ValueTask DisposeAsync()
    {
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

    private Process StartPortal()
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Portal.dll")]) { WorkingDirectory = Directory.CreateDirectory(Path.Combine(Folder, "run")).FullName };
        foreach (var (name, value) in new Dictionary<string, string>(Settings)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development", ["ASPNETCORE_URLS"] = PortalAddress, ["Logging__LogLevel__Default"] = "Error",
            ["Storage__Folder"] = Folder, ["Database__MigrateAtStart"] = "false",
            ["Sandbox__Embedded"] = "false", ["Demo__Seed"] = "false", ["Connect__Kind"] = "Sandbox", ["Connect__SandboxUrl"] = VendorAddress, ["Stripe__ApiKey"] = "",
            ["SignIn__Authority"] = "http://127.0.0.1:9/", ["SignIn__ClientId"] = "portal", ["SignIn__ClientSecret"] = "secret", ["SignIn__IsSandbox"] = "true",
        })
        {
            start.Environment[name] = value;
        }

        if (Server is { Length: > 0 } server)
        {
            (start.Environment["Database__Provider"], start.Environment["Database__ConnectionString"], start.Environment["Database__OwnerConnectionString"]) = ("Postgres", OfRole(server), server);
        }

        return Process.Start(start) ?? throw new InvalidOperationException("The portal did not start.");
    }

    /// <summary>The organisations, and the models that there are.</summary>
    private async Task FoundAsync()
    {
        await using var services = PlatformScope();
        await services.ServiceProvider.GetRequiredService<CatalogueService>().SeedAsync(CancellationToken.None);
        await using var db = await services.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        var user = new User { Issuer = "https://id.example", Subject = "usr_1" };
        user.Expect("Olivia Brandt", "olivia@example.com");
        db.Entry(user).Property(u => u.Id).CurrentValue = "usr_1";
        db.Add(user);
        foreach (var id in Tenants)
        {
            var tenant = new Tenant { Slug = id, Name = id };
            db.Entry(tenant).Property(t => t.Id).CurrentValue = id;
            db.Add(tenant);
        }

        await db.SaveChangesAsync();
        db.Members.AddRange(Tenants.Select(id => new Member { TenantId = id, UserId = "usr_1", Role = MemberRole.Owner }));
        await db.SaveChangesAsync();
    }

    /// <summary>An endpoint that answers, a budget that its calls come under, and the secret of a key to it.</summary>
    private async Task<string> GoLiveAsync(string tenantId)
    {
        await using var services = Scope(tenantId);
        var user = new ClaimsPrincipal(new ClaimsIdentity([new Claim(PortalClaims.UserId, "usr_1"), new Claim("name", "Olivia Brandt")]));
        services.ServiceProvider.GetRequiredService<CurrentMember>().Enter(new Membership(tenantId, tenantId, tenantId, TenantKind.Customer, MemberRole.Owner), user);
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
