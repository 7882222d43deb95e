using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>
/// Meters what an organisation keeps: once for each day, UTC, and project, the megabytes of files that were there when the day began. One
/// save holds the whole day, and its keys are unique: of two nodes one is refused, and a kill leaves all of the day or nothing.
/// </summary>
public sealed class StorageWorker(
    TenantScope scope, IDbContextFactory<PortalDbContext> dbs, BillingService billing, EntitlementService entitlements, TimeProvider time, ILogger<StorageWorker> logger)
{
    /// <summary>As a disk is sold, and not as memory is counted.</summary>
    private const long Megabyte = 1_000_000;

    private const int MostAttempts = 3;

    public async Task RunAsync(string tenantId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        var day = time.GetUtcNow().UtcDateTime.Date;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await MeterAsync(day, ct);
                return;
            }
            catch (DbUpdateException other) when (attempt < MostAttempts)
            {
                // Refused by the key, or as one of two that waited for each other: then whose rows they will be is seen on looking again.
                logger.LogInformation(other, "What {TenantId} keeps was being metered by another node", tenantId);
            }
        }
    }

    private async Task MeterAsync(DateTime day, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.UsageEvents.AnyAsync(u => u.Meter == Meter.StorageMegabyteDays && u.At >= day, ct))
        {
            return;
        }

        var plan = await entitlements.PlanAsync(db, ct);
        foreach (var (projectId, bytes) in await HeldAsync(db, day, ct))
        {
            billing.Record(db, new UsageFact(
                projectId, Meter.StorageMegabyteDays, UsageSource.Storage, (bytes + Megabyte - 1) / Megabyte, plan.StoragePricePerMillion, projectId, $"storage:{day:yyyy-MM-dd}:{projectId}"));
        }

        await db.SaveChangesAsync(ct);
    }

    /// <summary>Organisations that kept something when the day began, and are not metered for it.</summary>
    internal static IQueryable<string> Unmetered(PortalDbContext db, DateTime day)
    {
        var used = db.UsageEvents;
        return db.DatasetImports.Where(i => i.UploadedAt < day && i.Length > 0 && i.FileErasedAt == null).Select(i => i.TenantId).Union(db.MediaFiles.Where(m => m.AddedAt < day && m.Length > 0).Select(m => m.TenantId))
            .Where(tenant => !used.Any(u => u.TenantId == tenant && u.Meter == Meter.StorageMegabyteDays && u.At >= day));
    }

    /// <summary>Two imports of one file keep it once.</summary>
    private static async Task<IReadOnlyList<(string ProjectId, long Bytes)>> HeldAsync(PortalDbContext db, DateTime day, CancellationToken ct)
    {
        var uploads = await db.DatasetImports.Where(i => i.UploadedAt < day && i.FileErasedAt == null).Select(i => new { i.ProjectId, i.BlobName, i.Length }).Distinct()
            .GroupBy(i => i.ProjectId).Select(g => new { g.Key, Bytes = g.Sum(i => i.Length) }).ToListAsync(ct);
        var media = await db.MediaFiles.Where(m => m.AddedAt < day).GroupBy(m => m.ProjectId).Select(g => new { g.Key, Bytes = g.Sum(m => m.Length) }).ToListAsync(ct);
        return [.. uploads.Concat(media).GroupBy(p => p.Key, p => p.Bytes).Select(g => (g.Key, g.Sum())).OrderBy(p => p.Key, StringComparer.Ordinal)];
    }
}

/// <summary>Organisations whose storage of this day is not metered yet.</summary>
public sealed class StorageSweep(IBackgroundJobClient work) : ISwept
{
    public async Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct)
    {
        var due = await StorageWorker.Unmetered(db, now.Date).OrderBy(t => t).Take(200).ToListAsync(ct);
        due.ForEach(tenantId => work.Enqueue<StorageWorker>(w => w.RunAsync(tenantId, CancellationToken.None)));
        return due.Count;
    }
}
