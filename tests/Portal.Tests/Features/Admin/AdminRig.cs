using System.Security.Claims;
using Hangfire;
using Hangfire.InMemory;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Portal.Features.Admin;
using Portal.Features.Billing;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Deploy;
using Portal.Features.Evaluate;
using Portal.Features.Leave;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Features.Tune;
using Portal.Hosting;
using Portal.Persistence;
using Portal.Tests.Features.Deploy;
using Xunit;

namespace Portal.Tests.Features.Admin;

/// <summary>A platform with organisations, people and their sessions, and the services as each person's circuit has them.</summary>
internal sealed class AdminRig : IDisposable
{
    private readonly ServiceProvider _services;
    private readonly Lazy<JobStorage> _timer;

    public AdminRig()
    {
        Database = new PortalDatabase(Time);
        // As the portal has it for this database.
        _timer = new(() => TestServer.Provider is DatabaseProvider.Postgres
            ? new PostgreSqlStorage(new NpgsqlConnectionFactory(Database.Options.OwnerConnectionString, new PostgreSqlStorageOptions()))
            : new InMemoryStorage());
        var services = new ServiceCollection();
        AddTo(services);
        _services = services.BuildServiceProvider();
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 25, 9, 0, 0, TimeSpan.Zero));

    public PortalDatabase Database { get; }

    public RecordedWork Work { get; } = new();

    /// <summary>What circuits asked of the database.</summary>
    public CountedCommands Commands { get; } = new();

    /// <summary>Hangfire's storage.</summary>
    public JobStorage Timer => _timer.Value;

    /// <summary>Who sits in front of the circuits that are made next.</summary>
    public SeatedPerson Seat { get; } = new();

    public void AddTo(IServiceCollection services)
    {
        services.AddLogging();
        services.AddSingleton<TimeProvider>(Time).AddSingleton<IBackgroundJobClient>(Work).AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
        services.AddSingleton(Options.Create(new SignInOptions { SessionLength = TimeSpan.FromHours(12), IdleLength = TimeSpan.FromHours(12) }));
        services.AddSingleton(Options.Create(new PlatformOptions { SupportAddress = "help@portal.example" }));
        services.AddSingleton<AuthenticationStateProvider>(Seat);
        services.AddScoped<TenantScope>().AddScoped<CurrentMember>().AddScoped<TenancyService>().AddScoped<MemberGate>().AddScoped<VisitService>().AddScoped<SessionService>();
        services.AddScoped<AuditService>().AddScoped<MailService>().AddScoped<OwnerMail>().AddScoped<SuspensionService>().AddScoped<PlatformLogService>().AddScoped<BreakGlassService>().AddScoped<BreakGlassWorker>().AddScoped<PlatformActWorker>();
        services.AddScoped<IFailedWork, FailedImports>().AddScoped<IFailedWork, FailedVersions>().AddScoped<IFailedWork, FailedRuns>().AddScoped<IFailedWork, FailedEvaluations>()
            .AddScoped<IFailedWork, FailedTunings>().AddScoped<IFailedWork, FailedDeployments>().AddScoped<IFailedWork, FailedMails>()
            .AddScoped<IFailedWork, FailedExports>().AddScoped<IFailedWork, FailedErasures>()
            .AddScoped<IFailedWork, UntoldPlatformActs>().AddScoped<IFailedWork, UntoldEngagementActs>().AddScoped<IFailedWork, UntoldSessionActs>();
        services.AddSingleton(_ => new StuckJobs(Timer, new BackgroundJobClient(Timer))).AddScoped<WorkBoard>();
        services.AddSingleton<AnnouncementBoard>().AddScoped<AnnouncementService>();
        services.AddScoped<ProjectService>().AddScoped<BillingService>();
        services.AddScoped<PlatformWork>().AddScoped<TenantDirectory>().AddScoped<MarginService>().AddScoped<CatalogueService>().AddScoped<CatalogueEditor>();
        services.AddScoped<IDbContextFactory<PortalDbContext>>(provider => new Factory(this, provider.GetRequiredService<TenantScope>()));
    }

    /// <summary>Somebody with a session that stands; with a role they are a member as well.</summary>
    public async Task<ClaimsPrincipal> SignInAsync(string name, string? organization = null, MemberRole role = MemberRole.Owner, bool isAdmin = false)
    {
        await using var db = Database.CreateDbContextFor(new TenantScope());
        var user = new User { Issuer = "https://id.example", Subject = name, CreatedAt = Now, IsPlatformAdmin = isAdmin };
        user.SignedIn(name, $"{name}@example.com", isEmailVerified: true, Now);
        db.Add(user);
        if (organization is not null)
        {
            var tenant = await AddTenantAsync(organization);
            db.Add(new Member { TenantId = tenant, UserId = user.Id, Role = role, CreatedAt = Now });
        }

        await db.SaveChangesAsync();
        await using var scope = _services.CreateAsyncScope();
        var sessions = scope.ServiceProvider.GetRequiredService<SessionService>();
        var session = await sessions.FindAsync(await sessions.OpenAsync(new SessionStart(user.Id, user.Issuer, null, null, "", "", "10.0.0.7", "test"), CancellationToken.None), CancellationToken.None);
        return new ClaimsPrincipal(new ClaimsIdentity(
            [new Claim(PortalClaims.UserId, user.Id), new Claim(SessionClaims.SessionIdClaim, session?.Id ?? ""), new Claim("name", name)], "test"));
    }

    public async Task<string> AddTenantAsync(string slug, string? name = null, TenantKind kind = TenantKind.Customer)
    {
        await using var db = Database.CreateDbContextFor(new TenantScope());
        var tenant = await db.Tenants.SingleOrDefaultAsync(t => t.Slug == slug) ?? db.Add(new Tenant { Name = name ?? slug, Slug = slug, Kind = kind, CreatedAt = Now }).Entity;
        await db.SaveChangesAsync();
        return tenant.Id;
    }

    /// <summary>The admin's own circuit.</summary>
    public async Task<IServiceProvider> AsAdminAsync(string name = "pat")
    {
        Seat.User = await SignInAsync(name, isAdmin: true);
        var services = _services.CreateScope().ServiceProvider;
        services.GetRequiredService<CurrentMember>().ComesFrom("10.0.0.7");
        return services;
    }

    /// <summary>A circuit that nobody has entered anything in.</summary>
    public AsyncServiceScope Circuit() => _services.CreateAsyncScope();

    public static Task SuspendAsync(IServiceProvider admin, string tenantId, string name, string reason = "Payment is overdue since August.") =>
        admin.GetRequiredService<PlatformWork>().ActAsync(tenantId, s => s.GetRequiredService<SuspensionService>().SuspendAsync(name, reason, CancellationToken.None), CancellationToken.None);

    public static Task RestoreAsync(IServiceProvider admin, string tenantId) =>
        admin.GetRequiredService<PlatformWork>().ActAsync(tenantId, s => s.GetRequiredService<SuspensionService>().RestoreAsync(CancellationToken.None), CancellationToken.None);

    /// <summary>Everything enqueued so far that tells the platform's log, each twice: workers may run again at any time.</summary>
    public async Task TellAsync()
    {
        foreach (var job in Work.Enqueued.Where(w => w.Type == typeof(PlatformActWorker)).ToList())
        {
            for (var i = 0; i < 2; i++)
            {
                await using var scope = _services.CreateAsyncScope();
                await scope.ServiceProvider.GetRequiredService<PlatformActWorker>().RunAsync((string)job.Args[0], (string)job.Args[1], CancellationToken.None);
            }
        }
    }

    public async Task<List<AuditEntry>> LogAsync(string tenantId)
    {
        await using var db = Database.For(tenantId).CreateDbContext();
        Assert.True((await db.VerifyAuditAsync(CancellationToken.None)).IsIntact);
        return await db.Set<AuditEntry>().AsNoTracking().OrderBy(e => e.Sequence).ToListAsync();
    }

    public async Task<T> ReadAsync<T>(string tenantId, Func<PortalDbContext, Task<T>> read)
    {
        await using var db = Database.For(tenantId).CreateDbContext();
        return await read(db);
    }

    public DateTime Now => Time.GetUtcNow().UtcDateTime;

    public void Dispose()
    {
        _services.Dispose();
        Database.Dispose();
    }

    internal sealed class SeatedPerson : AuthenticationStateProvider
    {
        public ClaimsPrincipal User { get; set; } = new();

        public override Task<AuthenticationState> GetAuthenticationStateAsync() => Task.FromResult(new AuthenticationState(User));
    }

    /// <summary>Asks the scope again before each context, as the portal's factory does.</summary>
    private sealed class Factory(AdminRig rig, TenantScope scope) : IDbContextFactory<PortalDbContext>
    {
        public PortalDbContext CreateDbContext() => rig.Database.CreateDbContextFor(scope, rig.Commands);

        public async Task<PortalDbContext> CreateDbContextAsync(CancellationToken cancellationToken = default)
        {
            await scope.RecheckAsync(cancellationToken);
            return CreateDbContext();
        }
    }
}
