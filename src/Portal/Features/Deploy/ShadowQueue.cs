using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Persistence;
using Portal.Vertex.Contracts;

namespace Portal.Features.Deploy;

/// <summary>A call that was answered, as a shadow run's candidate is to be asked it. Held in memory alone.</summary>
internal sealed record ShadowCopy(string TenantId, string RunId, VertexGenerateContentRequest Asked, CallRecord Live);

/// <summary>
/// Takes copies of answered calls to where a few at a time are asked of a candidate. No caller ever waits for it: what finds it full is
/// dropped and counted. What is in it when the process ends is gone, and was never asked.
/// </summary>
public sealed class ShadowQueue(IServiceScopeFactory scopes, IOptions<DeployOptions> options, ILogger<ShadowQueue> logger) : BackgroundService
{
    private readonly Channel<ShadowCopy> _waiting = Channel.CreateBounded<ShadowCopy>(new BoundedChannelOptions(options.Value.MostShadowsWaiting) { FullMode = BoundedChannelFullMode.Wait });
    private readonly ConcurrentDictionary<(string TenantId, string RunId), long> _dropped = [];

    /// <summary>Draws whether this call is copied, and puts the copy in line. It neither waits nor throws.</summary>
    internal void Offer(Served served, CallRecord live, VertexGenerateContentRequest asked)
    {
        if (served.Endpoint is { ShadowRunId: { } runId, PausedAt: null } endpoint && live.KeyId is not null && live.Source is Billing.UsageSource.Endpoint
            && RandomNumberGenerator.GetInt32(100) < endpoint.ShadowPercent && !_waiting.Writer.TryWrite(new ShadowCopy(live.TenantId, runId, asked, live)))
        {
            _dropped.AddOrUpdate((live.TenantId, runId), 1, (_, count) => count + 1);
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, options.Value.MostShadowsAtOnce).Select(_ => Task.Run(() => AskAllAsync(stoppingToken), stoppingToken)));

    private async Task AskAllAsync(CancellationToken ct)
    {
        await foreach (var copy in _waiting.Reader.ReadAllAsync(ct))
        {
            // One that goes wrong in a way nobody thought of takes neither the others nor any caller with it.
            var asking = AskAsync(copy, ct);
            await asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (asking.IsFaulted)
            {
                logger.LogError(asking.Exception, "A copy of answer {Response} could not be asked of shadow run {Run}", copy.Live.ResponseId, copy.RunId);
            }
        }
    }

    private async Task AskAsync(ShadowCopy copy, CancellationToken ct)
    {
        await using var services = scopes.CreateAsyncScope();
        services.ServiceProvider.GetRequiredService<TenantScope>().Enter(copy.TenantId);
        var isAsked = await services.ServiceProvider.GetRequiredService<ShadowAsker>().AskAsync(copy, ct);
        var dropped = (isAsked ? 0 : 1) + (_dropped.TryRemove((copy.TenantId, copy.RunId), out var full) ? full : 0);
        if (dropped > 0)
        {
            await using var db = await services.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync(ct);
            await db.ShadowRuns.Where(r => r.Id == copy.RunId).ExecuteUpdateAsync(set => set.SetProperty(r => r.Dropped, r => r.Dropped + dropped), ct);
        }
    }
}
