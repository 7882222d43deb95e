using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Hosting;

/// <summary>At the start and every few seconds: whatever was lost between a save and its enqueue goes on.</summary>
public sealed class Sweep(IServiceScopeFactory scopes, TimeProvider time, ILogger<Sweep> logger) : BackgroundService
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_every, time);
        try
        {
            do
            {
                await SweepAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host is stopping; the next start sweeps again.
        }
    }

    private async Task SweepAsync(CancellationToken ct)
    {
        try
        {
            await using var services = scopes.CreateAsyncScope();
            services.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
            foreach (var swept in services.ServiceProvider.GetServices<ISwept>())
            {
                await SweepAsync(services.ServiceProvider, swept, ct);
            }
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // The process must not die of it.
            logger.LogWarning(fault, "The sweep failed and will run again");
        }
    }

    /// <summary>One that fails keeps none of the others from their work.</summary>
    private async Task SweepAsync(IServiceProvider services, ISwept swept, CancellationToken ct)
    {
        try
        {
            await using var db = await services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync(ct);
            var found = await swept.EnqueueLostAsync(db, time.GetUtcNow().UtcDateTime, ct);
            if (found > 0)
            {
                logger.LogInformation("{Sweep} woke {Count} that had been lost", swept.GetType().Name, found);
            }
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // A database that is away now is swept again in a moment.
            logger.LogWarning(fault, "{Sweep} failed and will run again", swept.GetType().Name);
        }
    }
}
