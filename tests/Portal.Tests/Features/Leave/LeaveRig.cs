using System.Security.Claims;
using Hangfire;
using Hangfire.InMemory;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Portal.Features.Connect;
using Portal.Features.Data;
using Portal.Features.Leave;
using Portal.Features.Tenancy;
using Portal.Features.Tune;
using Portal.Hosting;
using Portal.Persistence;
using Portal.Storage;
using Portal.Tests.Features.Deploy;
using Portal.Vertex;
using Xunit;

namespace Portal.Tests.Features.Leave;

/// <summary>Organisations on a real database and a real folder, and the slice as members and workers have it.</summary>
internal sealed class LeaveRig : IDisposable
{
    public static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private readonly ServiceProvider _services;

    private readonly string _google;
    private readonly bool _isOwner;

    /// <param name="google">Where the sandbox answers; nobody does at the default.</param>
    public LeaveRig(Action<IServiceCollection>? more = null, string google = "http://127.0.0.1:9/", PortalDatabase? database = null)
    {
        (Database, _google, _isOwner) = (database ?? new PortalDatabase(Time), google, database is null);
        var services = new ServiceCollection();
        AddTo(services);
        more?.Invoke(services);
        _services = services.BuildServiceProvider();
    }

    private static readonly VertexClientFactory s_clients = MakeClients();

    public JobStorage Storage { get; } = new InMemoryStorage();

    /// <summary>Called before each context that a worker or a member opens: a process may die there.</summary>
    public Action OnContext { get; set; } = () => { };

    /// <summary>Called before each save: a process may die there too.</summary>
    public Action OnSave { get; set; } = () => { };

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 25, 9, 0, 0, TimeSpan.Zero));

    public PortalDatabase Database { get; }

    public RecordedWork Work { get; } = new();

    public LeaveOptions Options { get; } = new();

    public DateTime Now => Time.GetUtcNow().UtcDateTime;

    public string BlobsOf(string tenantId) => Path.Combine(Database.Folder, "blobs", tenantId);

    public void AddTo(IServiceCollection services)
    {
        services.AddLogging().AddOptions();
        services.AddSingleton<TimeProvider>(Time).AddSingleton<IBackgroundJobClient>(Work).AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
        services.AddSingleton(Microsoft.Extensions.Options.Options.Create(Options));
        services.AddSingleton(Microsoft.Extensions.Options.Options.Create(new StorageOptions { Folder = Database.Folder }));
        services.AddSingleton(Microsoft.Extensions.Options.Options.Create(new ConnectOptions { SandboxUrl = _google }));
        services.AddSingleton(new SourceReader(ReaderProgram.OfThisPortal(), Microsoft.Extensions.Options.Options.Create(new DataOptions { ReadIn = ReaderPlace.Portal }), NullLogger<SourceReader>.Instance));
        services.AddSingleton<IHostEnvironment>(new HostingEnvironment()).AddSingleton(Microsoft.Extensions.Options.Options.Create(new MailOptions()));
        services.AddSingleton(s_clients).AddSingleton(Storage).AddSingleton(new TenantJobs(Storage));
        services.AddScoped<TenantScope>().AddScoped<CurrentMember>().AddScoped<BlobStore>().AddSingleton(new GoogleAccess()).AddSingleton<VertexSessions>().AddScoped<ConnectService>().AddScoped<TunedObjects>().AddScoped<TenancyService>().AddLeaving();
        services.AddScoped<StandingRight>().AddSingleton<MailGateway>().AddScoped<MailService>().AddScoped<OwnerMail>().AddScoped<TenantRows>().AddScoped<Residue>();
        services.AddScoped<OwnerTenantContext>(provider => () => Database.CreateOwnerContext(provider.GetRequiredService<TenantScope>()));
        services.AddScoped<IDbContextFactory<PortalDbContext>>(provider => new Factory(Database, provider.GetRequiredService<TenantScope>(), () => OnContext(), new Saves(() => OnSave())));
    }

    public async Task<string> AddOrganizationAsync(string slug)
    {
        await using var db = Database.CreateDbContextFor(new TenantScope());
        var tenant = db.Add(new Tenant { Name = $"Company {slug}", Slug = slug, CreatedAt = Now }).Entity;
        var user = new User { Issuer = "https://id.example", Subject = slug, CreatedAt = Now };
        user.SignedIn($"Owner of {slug}", $"owner@{slug}.example", true, Now);
        db.Add(user);
        db.Add(new Member { TenantId = tenant.Id, UserId = user.Id, Role = MemberRole.Owner, CreatedAt = Now });
        await db.SaveChangesAsync(Ct);
        return tenant.Id;
    }

    /// <summary>Services as a member has them in a circuit.</summary>
    public AsyncServiceScope As(string tenantId, MemberRole role = MemberRole.Owner, string userId = "usr_1")
    {
        var scope = _services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentMember>().Enter(
            new Membership(tenantId, "Company", "company", TenantKind.Customer, role),
            new ClaimsPrincipal(new ClaimsIdentity([new Claim(PortalClaims.UserId, userId), new Claim("name", "Olivia")])));
        return scope;
    }

    /// <summary>Services as a worker of its own process has them.</summary>
    public async Task WorkAsync<T>(Func<T, Task> run)
        where T : notnull
    {
        await using var scope = _services.CreateAsyncScope();
        await run(scope.ServiceProvider.GetRequiredService<T>());
    }

    public async Task<T> ReadAsync<T>(string tenantId, Func<PortalDbContext, Task<T>> read)
    {
        await using var db = Database.For(tenantId).CreateDbContext();
        return await read(db);
    }

    public async Task<int> SweepAsync()
    {
        await using var db = Database.For(null).CreateDbContext();
        var found = 0;
        await using var scope = _services.CreateAsyncScope();
        foreach (var sweep in scope.ServiceProvider.GetServices<ISwept>())
        {
            found += await sweep.EnqueueLostAsync(db, Now, Ct);
        }

        return found;
    }

    /// <summary>A sign-in of the owner a moment ago.</summary>
    public async Task<string> SignInAsync(string userId)
    {
        await using var db = Database.CreateDbContextFor(new TenantScope());
        var session = SignInSession.Begin(new SessionStart(userId, "https://id.example", null, null, "", "", "", ""), Guid.NewGuid().ToString("N"), "", Now, TimeSpan.FromHours(8));
        db.Add(session);
        await db.SaveChangesAsync(Ct);
        return session.Id;
    }

    public async Task<Membership?> FindMembershipAsync(string userId, string slug)
    {
        await using var scope = _services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<TenancyService>().FindMembershipAsync(userId, slug, null, Ct);
    }

    private static VertexClientFactory MakeClients()
    {
        var services = new ServiceCollection();
        services.AddVertexClients(o => o.BaseDelay = TimeSpan.FromMilliseconds(1));
        return services.BuildServiceProvider().GetRequiredService<VertexClientFactory>();
    }

    private sealed class HostingEnvironment : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = Environments.Production;

        public string ApplicationName { get; set; } = "Portal";

        public string ContentRootPath { get; set; } = "/";

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }

    /// <summary>Asks for an export and lets a worker write it.</summary>
    public async Task<OrganizationExport> ExportAsync(string tenantId)
    {
        await using var owner = As(tenantId);
        var exports = owner.ServiceProvider.GetRequiredService<ExportService>();
        var export = await exports.StartAsync(Ct);
        await WorkAsync<ExportWorker>(w => w.RunAsync(tenantId, export.Id, Ct));
        return (await exports.ListAsync(Ct)).Single(e => e.Id == export.Id);
    }

    /// <summary>The archive's bytes, as an owner downloads them.</summary>
    public async Task<MemoryStream> DownloadAsync(string tenantId, string exportId)
    {
        await using var owner = As(tenantId);
        var (_, content) = await owner.ServiceProvider.GetRequiredService<ExportService>().OpenAsync(exportId, "", Ct);
        var copy = new MemoryStream();
        await using (content)
        {
            await content.CopyToAsync(copy, Ct);
        }

        copy.Position = 0;
        return copy;
    }

    public void Dispose()
    {
        _services.Dispose();
        if (_isOwner)
        {
            Database.Dispose();
        }
    }

    /// <summary>Asks the scope again before each context, as the portal's factory does.</summary>
    private sealed class Factory(PortalDatabase database, TenantScope scope, Action onContext, Saves saves) : IDbContextFactory<PortalDbContext>
    {
        public PortalDbContext CreateDbContext() => database.CreateDbContextFor(scope, saves);

        public async Task<PortalDbContext> CreateDbContextAsync(CancellationToken cancellationToken = default)
        {
            await scope.RecheckAsync(cancellationToken);
            onContext();
            return CreateDbContext();
        }
    }

    private sealed class Saves(Action onSave) : SaveChangesInterceptor
    {
        public override ValueTask<InterceptionResult<int>> SavingChangesAsync(DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
        {
            onSave();
            return base.SavingChangesAsync(eventData, result, cancellationToken);
        }
    }
}
