using System.Collections.Concurrent;
using System.Security.Claims;
using Hangfire;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Storage;
using Portal.Tests.Features.Deploy;

namespace Portal.Tests.Features.Tenancy;

internal sealed record Person(string UserId, string Name, string MemberId, string Organization)
{
    public ClaimsPrincipal Principal => new(new ClaimsIdentity([new Claim(PortalClaims.UserId, UserId), new Claim("name", Name)], "test"));
}

/// <summary>Organisations with people in them, and the services as each of them reaches them: through the gate.</summary>
internal sealed class MembersRig : IDisposable
{
    public const string Portal = "https://portal.example/";

    private readonly ServiceProvider _services;

    public MembersRig()
    {
        Database = new PortalDatabase(Time);
        var services = new ServiceCollection();
        AddTo(services);
        services.AddScoped<IPlanLimits>(_ => new Room(this));
        _services = services.BuildServiceProvider();
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 25, 9, 0, 0, TimeSpan.Zero));

    public PortalDatabase Database { get; }

    public RecordedWork Work { get; } = new();

    /// <summary>How many members the plan allows for.</summary>
    public long Seats { get; set; } = 100;

    public MailOptions Mail { get; } = new();

    public RecordedLog Log { get; } = new();

    public string OutboxFolder => Path.Combine(Database.Folder, "outbox");

    public void AddTo(IServiceCollection services)
    {
        services.AddSingleton<TimeProvider>(Time).AddSingleton<IBackgroundJobClient>(Work).AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
        services.AddSingleton(Options.Create(Mail)).AddSingleton(Options.Create(new StorageOptions { Folder = Database.Folder })).AddSingleton<IHostEnvironment>(new Production());
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Log));
        services.AddScoped<TenantScope>().AddScoped<CurrentMember>().AddScoped<TenancyService>().AddScoped<MemberGate>();
        services.AddScoped<MemberService>().AddScoped<InvitationService>().AddScoped<AdmissionService>();
        services.AddSingleton<MailGateway>().AddScoped<MailService>().AddScoped<MailWorker>();
        services.AddScoped<IDbContextFactory<PortalDbContext>>(provider => new Factory(Database, provider.GetRequiredService<TenantScope>()));
    }

    /// <summary>Somebody known to the portal; with a role they are a member as well.</summary>
    public async Task<Person> AddAsync(string name, MemberRole? role = null, string organization = "northwind", string? email = null, bool isVerified = true)
    {
        await using var db = Database.CreateDbContextFor(new TenantScope());
        var tenant = await db.Tenants.SingleOrDefaultAsync(t => t.Slug == organization) ?? db.Add(new Tenant { Name = organization, Slug = organization }).Entity;
        var user = new User { Issuer = "https://id.example", Subject = name, CreatedAt = Time.GetUtcNow().UtcDateTime };
        user.SignedIn(name, email ?? $"{name}@example.com", isVerified, Time.GetUtcNow().UtcDateTime);
        db.Add(user);
        var member = role is { } given ? db.Add(new Member { TenantId = tenant.Id, UserId = user.Id, Role = given, CreatedAt = Time.GetUtcNow().UtcDateTime }).Entity : null;
        await db.SaveChangesAsync();
        return new Person(user.Id, name, member?.Id ?? "", organization);
    }

    public async Task<Inside> EnterAsync(Person person)
    {
        var scope = _services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<MemberGate>().EnterAsync(person.Principal, person.Organization, "10.0.0.7", CancellationToken.None)
            ? new Inside(scope.ServiceProvider) : throw new InvalidOperationException($"{person.Name} is not let in.");
    }

    /// <summary>As somebody who is in no organisation at this moment.</summary>
    public AdmissionService Outside() => _services.CreateScope().ServiceProvider.GetRequiredService<AdmissionService>();

    public async Task SendMailAsync(IssuedInvitation issued, string organization = "northwind")
    {
        await using var scope = _services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<MailWorker>().RunAsync(await TenantIdAsync(organization), issued.MailId, CancellationToken.None);
    }

    public async Task<int> SweepAsync()
    {
        await using var db = Database.For(null).CreateDbContext();
        return await new MailSweep(Work).EnqueueLostAsync(db, Time.GetUtcNow().UtcDateTime, CancellationToken.None);
    }

    public async Task<T> ReadAsync<T>(Func<PortalDbContext, Task<T>> read, string organization = "northwind")
    {
        await using var db = Database.For(await TenantIdAsync(organization)).CreateDbContext();
        return await read(db);
    }

    public Task<List<MemberRole>> RolesAsync(string organization = "northwind") => ReadAsync(
        db => db.Members.Where(m => m.TenantId == db.TenantId).Select(m => m.Role).ToListAsync(), organization);

    /// <summary>Everything an attempt could leave behind.</summary>
    public Task<string> TraceAsync(string organization) => ReadAsync(async db =>
        $"{await db.Members.CountAsync()} {await db.Invitations.CountAsync()} {await db.InvitationIndex.CountAsync()} {await db.OutgoingMails.CountAsync()} {await db.Set<AuditEntry>().CountAsync()} "
        + string.Join(' ', await db.Invitations.OrderBy(i => i.Id).Select(i => i.State.ToString() + i.Version).ToListAsync()), organization);

    public static string TokenOf(IssuedInvitation issued) => issued.Link.Split('/')[^1];

    public void Dispose()
    {
        _services.Dispose();
        Database.Dispose();
    }

    private async Task<string> TenantIdAsync(string organization)
    {
        await using var db = Database.CreateDbContextFor(new TenantScope());
        return await db.Tenants.Where(t => t.Slug == organization).Select(t => t.Id).SingleAsync();
    }

    internal sealed record Inside(IServiceProvider Services)
    {
        public MemberService Members => Services.GetRequiredService<MemberService>();

        public InvitationService Invitations => Services.GetRequiredService<InvitationService>();

        public IDbContextFactory<PortalDbContext> Dbs => Services.GetRequiredService<IDbContextFactory<PortalDbContext>>();
    }

    private sealed class Room(MembersRig rig) : IPlanLimits
    {
        public async Task RequireRoomAsync(PortalDbContext db, Limit limit, CancellationToken ct)
        {
            if (await UseAsync(db, limit, ct) is { IsFull: true } use)
            {
                throw new PortalException($"This organization has {use}.");
            }
        }

        public Task<LimitUse> UseAsync(Limit limit, CancellationToken ct) => throw new NotSupportedException();

        public async Task<LimitUse> UseAsync(PortalDbContext db, Limit limit, CancellationToken ct) => new(limit, await new MemberCount().CountAsync(db, ct), rig.Seats);
    }

    /// <summary>Asks the scope again before each context, as the portal's factory does.</summary>
    private sealed class Factory(PortalDatabase database, TenantScope scope) : IDbContextFactory<PortalDbContext>
    {
        public PortalDbContext CreateDbContext() => database.CreateDbContextFor(scope);

        public async Task<PortalDbContext> CreateDbContextAsync(CancellationToken cancellationToken = default)
        {
            await scope.RecheckAsync(cancellationToken);
            return CreateDbContext();
        }
    }

    private sealed class Production : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = Environments.Production;

        public string ApplicationName { get; set; } = "Portal";

        public string ContentRootPath { get; set; } = "/";

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}

internal sealed class RecordedLog : ILoggerProvider, ILogger
{
    public ConcurrentQueue<string> Lines { get; } = [];

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue($"{formatter(state, exception)} {exception}");

    public void Dispose()
    {
    }
}
