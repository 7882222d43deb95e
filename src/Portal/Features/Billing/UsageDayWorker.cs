using System.Data.Common;
using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Billing;

/// <summary>
/// Adds up an organisation's days that are over, each in a transaction of its own: after a kill it goes on with the next. Of two at once one
/// meets the other's rows and leaves them.
/// </summary>
public sealed class UsageDayWorker(TenantScope scope, IDbContextFactory<PortalDbContext> dbs, TimeProvider time, ILogger<UsageDayWorker> logger)
{
    /// <summary>The last day is counted again: what came to the ledger late is found with the next.</summary>
    private static readonly TimeSpan s_again = TimeSpan.FromDays(1);

    public async Task RunAsync(string tenantId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        var over = UsageDay.OverAt(time.GetUtcNow().UtcDateTime);
        for (var day = await FirstAsync(ct); day < over; day = day?.AddDays(1))
        {
            await AddUpAsync(day.Value, ct);
        }
    }

    /// <summary>Organisations that used something yesterday, or ever, of which nothing is added up.</summary>
    internal static IQueryable<string> Due(PortalDbContext db, DateTime now)
    {
        var (over, last) = (UsageDay.OverAt(now), UsageDay.OverAt(now).AddDays(-1));
        var (used, days) = (db.UsageEvents, db.UsageDays);
        return db.Tenants
            .Where(t => (used.Any(u => u.TenantId == t.Id && u.At >= last && u.At < over) && !days.Any(d => d.TenantId == t.Id && d.From == last))
                || (used.Any(u => u.TenantId == t.Id && u.At < over) && !days.Any(d => d.TenantId == t.Id)))
            .OrderBy(t => t.Id).Select(t => t.Id);
    }

    /// <summary>Null where nothing was ever used.</summary>
    private async Task<DateTime?> FirstAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.UsageDays.MaxAsync(d => (DateTime?)d.From, ct) is { } last ? last - s_again : (await db.UsageEvents.MinAsync(u => (DateTime?)u.At, ct))?.Date;
    }

    private async Task AddUpAsync(DateTime day, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await LedgerStretch.IsAddedUpAsync(db, day, day.AddDays(1), ct))
        {
            return;
        }

        try
        {
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            await db.UsageDays.Where(d => d.From == day).ExecuteDeleteAsync(ct);
            await db.InsertNewAsync(await SumsAsync(db, day, ct), ct);
            await transaction.CommitAsync(ct);
        }
        catch (DbException lost)
        {
            await using var again = await dbs.CreateDbContextAsync(ct);
            if (!await LedgerStretch.IsAddedUpAsync(again, day, day.AddDays(1), ct))
            {
                throw;
            }

            logger.LogInformation(lost, "The usage of {TenantId} on {Day} was added up by another worker", scope.TenantId, day);
        }
    }

    private static Task<List<UsageDay>> SumsAsync(PortalDbContext db, DateTime day, CancellationToken ct)
    {
        var next = day.AddDays(1);
        return db.UsageEvents.AsNoTracking().Where(u => u.At >= day && u.At < next)
            .GroupBy(u => new { u.ProjectId, u.Source, u.Meter, u.KeyId, u.ByUserId, u.PricePerMillion, u.Currency })
            .Select(g => new UsageDay
            {
                From = day, ProjectId = g.Key.ProjectId, Source = g.Key.Source, Meter = g.Key.Meter, KeyId = g.Key.KeyId ?? "", ByUserId = g.Key.ByUserId, PricePerMillion = g.Key.PricePerMillion,
                Currency = g.Key.Currency, Quantity = g.Sum(u => u.Quantity), AmountMicros = g.Sum(u => u.AmountMicros), Events = g.LongCount(),
            }).ToListAsync(ct);
    }
}

/// <summary>
/// Organisations with days to add up. A day is over once a day, so a process asks all of them once in a while, and sooner where some were due:
/// a fact that comes late is found with a later round.
/// </summary>
public sealed class UsageDaySweep(IBackgroundJobClient work) : ISwept
{
    private const int AtOnce = 200;

    private static readonly TimeSpan s_whileDue = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_atRest = TimeSpan.FromMinutes(10);

    private DateTime _nextAt = DateTime.MinValue;

    public async Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct)
    {
        if (now < _nextAt)
        {
            return 0;
        }

        var due = await UsageDayWorker.Due(db, now).Take(AtOnce).ToListAsync(ct);
        due.ForEach(tenantId => work.Enqueue<UsageDayWorker>(w => w.RunAsync(tenantId, CancellationToken.None)));
        _nextAt = due.Count switch
        {
            0 => now + s_atRest,
            AtOnce => now,
            _ => now + s_whileDue,
        };
        return due.Count;
    }
}
