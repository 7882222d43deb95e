using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Portal.Hosting;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Hosting;

public sealed class SweepTests
{
    /// <summary>Red with one guard around them all: whoever came behind the one that fails had its turn once that had recovered.</summary>
    [Fact]
    public async Task Sweep_OneThatFails_KeepsNoneBehindItFromTheirWork()
    {
        using var database = new PortalDatabase();
        using var platform = database.For(null);
        var behind = new Behind();
        await using var services = new ServiceCollection().AddScoped<TenantScope>().AddSingleton<IDbContextFactory<PortalDbContext>>(platform)
            .AddSingleton<ISwept, Failing>().AddSingleton<ISwept>(behind).BuildServiceProvider();
        using var sweep = new Sweep(services.GetRequiredService<IServiceScopeFactory>(), TimeProvider.System, NullLogger<Sweep>.Instance);

        await sweep.StartAsync(TestContext.Current.CancellationToken);
        await behind.Swept.Task.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        await sweep.StopAsync(TestContext.Current.CancellationToken);
    }

    private sealed class Failing : ISwept
    {
        public Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct) => throw new InvalidOperationException("It is broken.");
    }

    private sealed class Behind : ISwept
    {
        public TaskCompletionSource Swept { get; } = new();

        public Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct)
        {
            Swept.TrySetResult();
            return Task.FromResult(0);
        }
    }
}
