using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Persistence;

namespace Portal.Features.Monitor;

/// <summary>Removes the texts of an organisation whose time is over, what was said about them in words, and the figures of single calls.</summary>
public sealed class RetentionWorker(TenantScope scope, IDbContextFactory<PortalDbContext> dbs, TimeProvider time, ILogger<RetentionWorker> logger)
{
    public async Task RunAsync(string tenantId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        var now = time.GetUtcNow().UtcDateTime;
        await using var db = await dbs.CreateDbContextAsync(ct);
        await db.AnswerFeedback.Where(f => f.TextExpiresAt != null && f.TextExpiresAt < now)
            .ExecuteUpdateAsync(set => set.SetProperty(f => f.Comment, "").SetProperty(f => f.Correction, "").SetProperty(f => f.TextExpiresAt, (DateTime?)null), ct);
        var removed = await db.StoredCalls.Where(c => c.ExpiresAt < now).ExecuteDeleteAsync(ct);
        removed += await db.TrafficDrafts.Where(d => d.ExpiresAt != null && d.ExpiresAt < now).ExecuteDeleteAsync(ct);
        if (removed > 0)
        {
            logger.LogInformation("{Count} kept texts of {TenantId} were removed at the end of their time", removed, tenantId);
        }

        var kept = CallTrait.KeptFrom(now);
        foreach (var cursor in await Outlived(db, kept).AsNoTracking().ToListAsync(ct))
        {
            await db.CallTraits.Where(t => t.EndpointId == cursor.EndpointId && t.At < kept && t.At < cursor.From).ExecuteDeleteAsync(ct);
        }
    }

    /// <summary>How far the calls are added up of the endpoints that have figures of single calls to remove.</summary>
    internal static IQueryable<TrafficCursor> Outlived(PortalDbContext db, DateTime kept)
    {
        var traits = db.CallTraits;
        return db.TrafficCursors.Where(c => traits.Any(t => t.TenantId == c.TenantId && t.EndpointId == c.EndpointId && t.At < kept && t.At < c.From));
    }
}

/// <summary>Organisations that have texts, or figures of single calls, whose time is over.</summary>
public sealed class RetentionSweep(IBackgroundJobClient work) : ISwept
{
    public async Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct)
    {
        var due = await db.StoredCalls.Where(c => c.ExpiresAt < now).Select(c => c.TenantId)
            .Union(db.AnswerFeedback.Where(f => f.TextExpiresAt != null && f.TextExpiresAt < now).Select(f => f.TenantId))
            .Union(db.TrafficDrafts.Where(d => d.ExpiresAt != null && d.ExpiresAt < now).Select(d => d.TenantId))
            .Union(RetentionWorker.Outlived(db, CallTrait.KeptFrom(now)).Select(c => c.TenantId)).Order().Take(200).ToListAsync(ct);
        due.ForEach(tenantId => work.Enqueue<RetentionWorker>(w => w.RunAsync(tenantId, CancellationToken.None)));
        return due.Count;
    }
}
