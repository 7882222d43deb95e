using System.Net;
using System.Security.Claims;
using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Portal.Components;
using Portal.Features.Billing;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Deploy;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Features.Tune;
using Portal.Persistence;
using Portal.Tests.Features.Model;

namespace Portal.Tests.Features.Tenancy;

/// <summary>A client, a consultancy, and a way to act as anybody of either, through the gate.</summary>
internal sealed class EngagementRig : IDisposable
{
    private readonly ServiceProvider _services;
    private readonly ServiceProvider _secondNode;
    private readonly Dictionary<string, ClaimsPrincipal> _people = [];

    public EngagementRig()
    {
        Database = new PortalDatabase(Time);
        (_services, _secondNode) = (Node(), Node());
    }

    private ServiceProvider Node()
    {
        var services = new ServiceCollection();
        services.AddKeys();
        return services
            .AddSingleton<TimeProvider>(Time).AddSingleton<IBackgroundJobClient>(Jobs)
            .AddScoped<TenantScope>().AddScoped<CurrentMember>().AddScoped<TenancyService>().AddScoped<MemberGate>().AddScoped<VisitService>()
            .AddScoped<EngagementService>().AddScoped<EngagementWorker>().AddScoped<ProjectService>().AddScoped<BillingService>().AddScoped<ClientBoard>()
            .AddScoped<OtherSide>().AddScoped<PlaybookService>().AddScoped<PlaybookSource>().AddScoped<IProjectTexts, ProjectNames>().AddScoped<IProjectTexts, RowTexts>()
            .AddScoped<IPlaybookPart, ColumnsPart>().AddScoped<IPlaybookPart, TierPart>().AddScoped<IPlaybookPart, TuningPart>()
            .AddScoped<IProjectStep, DefineStep>().AddScoped<IAuditedProjects, OwnProjects>().AddScoped<IKeyEndpoints, KeyEndpoints>().AddScoped<StandingRight>().AddScoped<Onboarding>().AddScoped<IOnboardingSign, TaskSign>()
            .AddScoped<IDbContextFactory<PortalDbContext>>(provider => new Factory(this, provider.GetRequiredService<TenantScope>()))
            .BuildServiceProvider();
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 25, 9, 0, 0, TimeSpan.Zero));

    public PortalDatabase Database { get; }

    public FakeJobs Jobs { get; } = new();

    /// <summary>Whose database answers once <see cref="Slow"/> is set; null is nobody's.</summary>
    public string? SlowTenantId { get; set; }

    public TaskCompletionSource Slow { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public EngagementGrant Grant(Permission[] permissions, string[]? projects = null) =>
        new(permissions, projects, Time.GetUtcNow().UtcDateTime.Date, Time.GetUtcNow().UtcDateTime.Date.AddDays(30));

    public string IdOf(string person) => _people[person].PortalUserId() ?? "";

    public ClaimsPrincipal Person(string person) => _people[person];

    public async Task BeginAsync()
    {
        await using var db = Database.For("org_none").CreateDbContextFor(new TenantScope());
        foreach (var (slug, name, kind, owner) in new[]
        {
            ("northwind", "Northwind Travel", TenantKind.Customer, "olivia"), ("harbour", "Harbour Insurance", TenantKind.Customer, "ben"),
            ("fieldwork", "Fieldwork Partners", TenantKind.Consultancy, "carla"),
        })
        {
            var tenant = new Tenant { Slug = slug, Name = name, Kind = kind };
            db.Add(tenant);
            AddPerson(db, tenant, owner, MemberRole.Owner);
            AddPerson(db, tenant, owner + "s-editor", MemberRole.Editor);
        }

        await db.SaveChangesAsync();
    }

    /// <summary>Null where the gate stays shut.</summary>
    public async Task<AsyncServiceScope?> EnterAsync(string person, string slug)
    {
        var scope = _services.CreateAsyncScope();
        if (await scope.ServiceProvider.GetRequiredService<MemberGate>().EnterAsync(_people[person], slug, "10.0.0.7", CancellationToken.None))
        {
            return scope;
        }

        await scope.DisposeAsync();
        return null;
    }

    public async Task<T> AsAsync<T>(string person, string slug, Func<IServiceProvider, Task<T>> act)
    {
        await using var scope = await EnterAsync(person, slug) ?? throw new InvalidOperationException($"{person} may not enter {slug}.");
        return await act(scope.ServiceProvider);
    }

    public Task AsAsync(string person, string slug, Func<EngagementService, Task> act) => AsAsync(person, slug, async services =>
    {
        await act(services.GetRequiredService<EngagementService>());
        return 0;
    });

    /// <summary>What a key is to a program that shows it, at the one node or the other; each call is a request of its own.</summary>
    public async Task<T> ByKeyAsync<T>(string? secret, string address, Func<KeyHolder, IServiceProvider, Task<T>> act, bool atSecond = false)
    {
        await using var scope = (atSecond ? _secondNode : _services).CreateAsyncScope();
        var gate = scope.ServiceProvider.GetRequiredService<KeyGate>();
        var holder = await gate.EnterAsync(secret, IPAddress.Parse(address), CancellationToken.None);
        gate.ActAsMember(holder);
        return await act(holder, scope.ServiceProvider);
    }

    public Task<KeyHolder> ByKeyAsync(string? secret, string address = "203.0.113.7", bool atSecond = false) => ByKeyAsync(secret, address, (holder, _) => Task.FromResult(holder), atSecond);

    public Task<T> KeysAsync<T>(string person, Func<ApiKeyService, Task<T>> act) => AsAsync(person, "northwind", s => act(s.GetRequiredService<ApiKeyService>()));

    public Task<string> ProjectAsync(string name, string owner = "olivia", string slug = "northwind") =>
        AsAsync(owner, slug, async s => (await s.GetRequiredService<ProjectService>().CreateAsync(name, CancellationToken.None)).Id);

    public Task<int> UseAsync(string slug, string projectId, long micros) => ReadAsync(slug, db =>
    {
        db.UsageEvents.Add(new UsageEvent
        {
            ProjectId = projectId, Meter = Meter.InputTokens, Source = UsageSource.Endpoint, Quantity = micros, PricePerMillion = 1_000_000, AmountMicros = micros,
            IdempotencyKey = $"{projectId}:{micros}", At = Time.GetUtcNow().UtcDateTime,
        });
        return db.SaveChangesAsync();
    });

    /// <summary>Asked by Carla for herself, approved by an owner of the client's with this grant.</summary>
    public async Task<string> EngageAsync(EngagementGrant grant, string owner = "olivia", string slug = "northwind")
    {
        var id = await AsAsync("carla", "fieldwork", async s =>
            (await s.GetRequiredService<EngagementService>().RequestAsync(slug, Grant([.. Permissions.ForConsultants]), [IdOf("carla")], "", CancellationToken.None)).Id);
        await AsAsync(owner, slug, s => s.ApproveAsync(id, grant, CancellationToken.None));
        return id;
    }

    /// <summary>Everything enqueued so far, each twice: workers may run again at any time.</summary>
    public async Task RunJobsAsync()
    {
        while (Jobs.Waiting.TryDequeue(out var waiting))
        {
            for (var i = 0; i < 2; i++)
            {
                await using var scope = _services.CreateAsyncScope();
                await scope.ServiceProvider.GetRequiredService<EngagementWorker>().RunAsync((string)waiting.Job.Args[0], (string)waiting.Job.Args[1], CancellationToken.None);
            }
        }
    }

    public Task<List<AuditEntry>> LogAsync(string slug) => ReadAsync(slug, db => db.Set<AuditEntry>().AsNoTracking().OrderBy(e => e.Sequence).ToListAsync());

    public async Task<string> TenantIdAsync(string slug)
    {
        await using var db = Database.For("org_none").CreateDbContext();
        return (await db.Tenants.SingleAsync(t => t.Slug == slug)).Id;
    }

    /// <summary>What there is, past everybody's rights.</summary>
    public async Task<T> ReadAsync<T>(string slug, Func<PortalDbContext, Task<T>> read)
    {
        await using var db = Database.For(await TenantIdAsync(slug)).CreateDbContext();
        return await read(db);
    }

    public async Task RemoveFromConsultancyAsync(string person)
    {
        await using var db = Database.For("org_none").CreateDbContext();
        var id = IdOf(person);
        await db.Members.Where(m => m.UserId == id).ExecuteDeleteAsync();
    }

    public void Dispose()
    {
        _services.Dispose();
        _secondNode.Dispose();
        Database.Dispose();
    }

    private void AddPerson(PortalDbContext db, Tenant tenant, string name, MemberRole role)
    {
        var user = new User { Issuer = "https://id.example", Subject = name };
        db.Add(user);
        db.Add(new Member { TenantId = tenant.Id, UserId = user.Id, Role = role });
        _people[name] = new ClaimsPrincipal(new ClaimsIdentity([new Claim(PortalClaims.UserId, user.Id), new Claim("name", name)], "test"));
    }

    private sealed class OwnProjects(ProjectService projects) : IAuditedProjects
    {
        public async Task<IReadOnlyDictionary<string, string>> ProjectNamesAsync(CancellationToken ct) =>
            (await projects.ListAsync(ct)).ToDictionary(p => p.Id, p => p.Name);
    }

    private sealed class Factory(EngagementRig rig, TenantScope scope) : IDbContextFactory<PortalDbContext>
    {
        public PortalDbContext CreateDbContext() => rig.Database.CreateDbContextFor(scope);

        public async Task<PortalDbContext> CreateDbContextAsync(CancellationToken cancellationToken = default)
        {
            await scope.RecheckAsync(cancellationToken);
            if (scope is { IsSet: true, IsPlatform: false } && scope.TenantId == rig.SlowTenantId)
            {
                await rig.Slow.Task;
            }

            return CreateDbContext();
        }
    }
}
