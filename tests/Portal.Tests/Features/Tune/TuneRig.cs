using System.Security.Claims;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Portal.Features.Billing;
using Portal.Features.Connect;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Features.Tune;
using Portal.Persistence;
using Portal.Storage;
using Portal.Vertex;

namespace Portal.Tests.Features.Tune;

/// <summary>
/// One process of the portal as far as tuning goes: its services, its clock and its queue of wake-ups, over a database and a Google that
/// outlive it. It can be killed, which is: nothing of it ever runs again.
/// </summary>
internal sealed class TuneRig : IDisposable
{
    private readonly ServiceProvider _services;
    private DbContext? _saving;
    private readonly TaskCompletionSource _killed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TuneRig(
        PortalDatabase database, string googleAddress, DateTime now, string tenantId = "org_test", MemberRole role = MemberRole.Editor, string location = "us-central1")
    {
        TenantId = tenantId;
        Role = role;
        Clock = new FakeTimeProvider(now);
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(Clock);
        services.AddSingleton<IBackgroundJobClient>(Wakes);
        services.AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
        services.AddSingleton(Options.Create(new StorageOptions { Folder = database.Folder }));
        services.AddSingleton(Options.Create(new TuneOptions()));
        services.AddSingleton(Options.Create(new ConnectOptions { SandboxUrl = googleAddress, Location = location }));
        services.AddSingleton(s_clients);
        services.AddScoped<TenantScope>().AddScoped<CurrentMember>().AddScoped<TenancyService>().AddScoped<StandingRight>();
        services.AddScoped<IDbContextFactory<PortalDbContext>>(s => new Contexts(database, s.GetRequiredService<TenantScope>(), this));
        services.AddSingleton(new GoogleAccess()).AddSingleton<VertexSessions>().AddScoped<BillingService>().AddScoped<ConnectService>().AddScoped<ProjectService>().AddScoped<ExampleService>().AddScoped<MediaService>().AddScoped<BlobStore>();
        services.AddScoped<CatalogueService>().AddScoped<CandidateService>().AddScoped<ChoiceService>();
        services.AddSingleton(Options.Create(new RunOptions())).AddScoped<QuestionFiles>().AddScoped<RowAsker>();
        services.AddTuning();
        _services = services.BuildServiceProvider(validateScopes: true);
    }

    // Retries of the network wait by the real clock; the portal's own waiting goes by the rig's.
    private static readonly VertexClientFactory s_clients = new ServiceCollection().Also(s => s.AddVertexClients(o => o.BaseDelay = TimeSpan.FromMilliseconds(1)))
        .BuildServiceProvider().GetRequiredService<VertexClientFactory>();

    public string TenantId { get; }

    public MemberRole Role { get; }

    /// <summary>Who starts jobs; empty is the portal itself, which needs no right.</summary>
    public string UserId { get; set; } = "";

    private ClaimsPrincipal Principal => UserId is "" ? new() : new(new ClaimsIdentity([new Claim(PortalClaims.UserId, UserId), new Claim("name", "Olivia")]));

    public FakeTimeProvider Clock { get; }

    public Wakings Wakes { get; } = new();

    /// <summary>Called before and after each save.</summary>
    public Func<bool, Task> OnSave { get; set; } = _ => Task.CompletedTask;

    /// <summary>For a hook: the process dies here. What it had not committed is undone, so nobody waits for it.</summary>
    public Task DieAsync()
    {
        _saving?.Database.CurrentTransaction?.Dispose();
        _killed.TrySetResult();
        return Task.Delay(Timeout.Infinite);
    }

    private async Task SaveAsync(DbContextEventData at, bool isDone)
    {
        _saving = at.Context;
        await OnSave(isDone);
        _saving = null;
    }

    /// <summary>Does something in a scope of its own, as a circuit would. False if the process was killed in the middle.</summary>
    public async Task<bool> RunAsync(Func<IServiceProvider, Task> act)
    {
        var scope = _services.CreateAsyncScope();
        var running = act(scope.ServiceProvider);
        if (await Task.WhenAny(running, _killed.Task) == _killed.Task)
        {
            return false;
        }

        await running;
        await scope.DisposeAsync();
        return true;
    }

    public async Task<T> AsMemberAsync<T>(Func<TuningService, Task<T>> act)
    {
        T? result = default;
        var alive = await RunAsync(async services =>
        {
            services.GetRequiredService<CurrentMember>().Enter(new Membership(TenantId, "Test", "test", TenantKind.Customer, Role), Principal);
            result = await act(services.GetRequiredService<TuningService>());
        });
        return alive ? result! : throw new InvalidOperationException("The process was killed.");
    }

    /// <summary>The services of a circuit that stays open as long as the rig.</summary>
    public IServiceProvider Circuit()
    {
        var services = _services.CreateScope().ServiceProvider;
        services.GetRequiredService<CurrentMember>().Enter(new Membership(TenantId, "Test", "test", TenantKind.Customer, Role), Principal);
        return services;
    }

    public Task<bool> AsMemberAsync(Func<TuningService, Task> act) => AsMemberAsync(async tuning =>
    {
        await act(tuning);
        return true;
    });

    /// <summary>What Hangfire does in a second: wakes what is due; and what the sweep finds.</summary>
    public async Task<bool> TickAsync(TimeSpan passed)
    {
        Clock.Advance(passed);
        var alive = await RunAsync(async services =>
        {
            services.GetRequiredService<TenantScope>().EnterPlatform();
            await using var db = await services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
            foreach (var sweep in services.GetServices<ISwept>())
            {
                await sweep.EnqueueLostAsync(db, db.Now, CancellationToken.None);
            }
        });
        foreach (var wake in Wakes.TakeAll())
        {
            alive = alive && await RunAsync(services => (Task)wake.Method.Invoke(services.GetRequiredService(wake.Type), [.. wake.Args])!); // both workers give a task
        }

        return alive;
    }

    /// <summary>Ticks until the project's job has ended. False if the process died first.</summary>
    /// <param name="pause">Real time between ticks, for a Google that really trains.</param>
    public Task<bool> RunToTheEndAsync(string projectId, int mostTicks = 200, TimeSpan pause = default) => RunUntilAsync(projectId, job => job.IsEnded, mostTicks, pause);

    /// <summary>Ticks until nothing of the project's job is left in the bucket. False if the process died first.</summary>
    public Task<bool> CleanUpAsync(string projectId) => RunUntilAsync(projectId, job => job.FilesDeletedAt is not null, 200, TimeSpan.Zero);

    private async Task<bool> RunUntilAsync(string projectId, Func<TuningJob, bool> done, int mostTicks, TimeSpan pause)
    {
        for (var tick = 0; tick < mostTicks; tick++)
        {
            await Task.Delay(pause);
            if (!await TickAsync(TimeSpan.FromSeconds(4)))
            {
                return false;
            }

            try
            {
                if (await AsMemberAsync(tuning => tuning.FindLatestAsync(projectId, CancellationToken.None)) is { } job && done(job))
                {
                    return true;
                }
            }
            catch (InvalidOperationException) when (_killed.Task.IsCompleted)
            {
                // A step of its own went on until now and took the process with it.
                return false;
            }
        }

        throw new InvalidOperationException("The job does not come to an end.");
    }

    public void Dispose()
    {
        if (!_killed.Task.IsCompleted)
        {
            _services.Dispose();
        }
    }

    /// <summary>Wake-ups as Hangfire takes them; like its in-memory storage they die with the process.</summary>
    internal sealed class Wakings : IBackgroundJobClient
    {
        private readonly List<Job> _waiting = [];

        /// <summary>Loses every wake-up, as a process does that dies before the enqueue.</summary>
        public bool Loses { get; set; }

        public int Count => _waiting.Count;

        public string Create(Job job, IState state)
        {
            if (!Loses)
            {
                _waiting.Add(job);
            }

            return Guid.NewGuid().ToString();
        }

        public bool ChangeState(string jobId, IState state, string expectedState) => true;

        /// <summary>Everything is woken at once, due or not: a worker that is woken too early must find nothing to do.</summary>
        public IReadOnlyList<Job> TakeAll()
        {
            List<Job> all = [.. _waiting];
            _waiting.Clear();
            return all;
        }
    }

    private sealed class Contexts(PortalDatabase database, TenantScope scope, TuneRig rig) : IDbContextFactory<PortalDbContext>
    {
        public PortalDbContext CreateDbContext() => database.CreateDbContextFor(scope, new Saves(rig));
    }

    private sealed class Saves(TuneRig rig) : SaveChangesInterceptor
    {
        public override async ValueTask<InterceptionResult<int>> SavingChangesAsync(
            DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
        {
            await rig.SaveAsync(eventData, isDone: false);
            return result;
        }

        public override async ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
        {
            await rig.SaveAsync(eventData, isDone: true);
            return result;
        }
    }
}

internal static class Chaining
{
    public static T Also<T>(this T value, Action<T> act)
    {
        act(value);
        return value;
    }
}
