using Microsoft.Extensions.Options;
using Portal.Persistence;

namespace Portal.Hosting;

/// <summary>Once a day, where Audit:KeepDays says for how long entries are kept: the older ones are removed.</summary>
public sealed class AuditKeeping(IServiceScopeFactory scopes, IOptions<AuditOptions> options, TimeProvider time, ILogger<AuditKeeping> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.KeepDays is not { } keepDays)
        {
            return;
        }

        using var timer = new PeriodicTimer(TimeSpan.FromDays(1), time);
        try
        {
            do
            {
                await RoundAsync(keepDays, stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host is stopping; the next start goes round again.
        }
    }

    private async Task RoundAsync(int keepDays, CancellationToken ct)
    {
        try
        {
            foreach (var tenant in await TenantRound.ListAsync(scopes, slug: null, ct))
            {
                var (removed, fault) = await TenantRound.VisitAsync(scopes, tenant, s => s.GetRequiredService<AuditRetention>().RemoveAsync(keepDays, ct));
                if (fault is not null)
                {
                    logger.LogError("The audit chain of {Tenant} is broken at entry {Sequence}, so nothing of it was removed: {Problem}", tenant.Id, fault.Sequence, fault.Problem);
                }
                else if (removed > 0)
                {
                    logger.LogInformation("Removed {Count} audit entries of {Tenant}, kept for more than {Days} days", removed, tenant.Id, keepDays);
                }
            }
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // Tomorrow's round does what this one could not.
            logger.LogError(fault, "Audit:KeepDays is set, but entries could not be removed. It takes the tables' owner: see Database:OwnerConnectionString");
        }
    }
}
