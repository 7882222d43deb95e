using System.Text;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Billing;

/// <summary>
/// Asks Stripe at times what happened, and stores what no webhook brought: after an outage, or where a message was lost on its way. Stripe
/// tells of thirty days.
/// </summary>
public sealed class StripeCatchUp(IServiceScopeFactory scopes, StripeGateway gateway, TimeProvider time, ILogger<StripeCatchUp> logger) : BackgroundService
{
    private static readonly TimeSpan s_every = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(29);

    /// <summary>Events of one moment may come in any order, so a little is read twice.</summary>
    private static readonly TimeSpan s_overlap = TimeSpan.FromHours(1);

    /// <summary>Up to when this process has read and stored all that Stripe told of; null before its first round.</summary>
    private DateTime? _readUpTo;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!gateway.IsConfigured)
        {
            return;
        }

        using var timer = new PeriodicTimer(s_every, time);
        try
        {
            do
            {
                await CatchUpAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The next start reads on from here.
        }
    }

    /// <summary>How many were new.</summary>
    internal async Task<int> CatchUpAsync(CancellationToken ct)
    {
        try
        {
            var began = time.GetUtcNow().UtcDateTime;
            await using var services = scopes.CreateAsyncScope();
            var (since, known) = await KnownAsync(services.ServiceProvider, ct);
            var inbox = services.ServiceProvider.GetRequiredService<StripeInbox>();
            var found = 0;
            foreach (var body in await gateway.EventsSinceAsync(since, ct))
            {
                var bytes = Encoding.UTF8.GetBytes(body);
                if (StripeMessage.Read(bytes) is { } message && known.Add(message.Event) && await inbox.StoreAsync(bytes, ct))
                {
                    found++;
                }
            }

            _readUpTo = began;
            if (found > 0)
            {
                logger.LogWarning("Stripe told of {Count} events that no webhook had brought", found);
            }

            return found;
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // Stripe or the database is away; the next round asks again from the same place.
            logger.LogWarning(fault, "What Stripe has to tell could not be asked");
            return 0;
        }
    }

    private async Task<(DateTime Since, HashSet<string> Known)> KnownAsync(IServiceProvider services, CancellationToken ct)
    {
        await using var db = await services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync(ct);
        var since = _readUpTo - s_overlap ?? await FirstSinceAsync(db, ct);
        return (since, (await db.StripeEvents.Where(e => e.HappenedAt >= since).Select(e => e.Event).ToListAsync(ct)).ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>A process that has read nothing yet cannot know what was missed before it: an outage would hide behind the newest message, so days are read.</summary>
    private async Task<DateTime> FirstSinceAsync(PortalDbContext db, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var (oldest, days) = (now - s_longest, now.AddDays(-3));
        var newest = await db.StripeEvents.MaxAsync(e => (DateTime?)e.HappenedAt, ct) ?? oldest;
        return new[] { oldest, newest < days ? newest - s_overlap : days }.Max();
    }
}
