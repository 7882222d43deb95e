using Microsoft.EntityFrameworkCore;
using Portal.Features.Deploy;
using Portal.Persistence;
using Portal.Features.Tenancy;

namespace Portal.Features.Monitor;

/// <summary>
/// Adds up an endpoint's calls, five minutes at a time, each in one transaction with the cursor: twice or by two at once, a slice is
/// there once. Until a slice is over, what of it no call can be added to any more is kept, and only the rest is read again. Of hours that are
/// over it makes hours, and of days days.
/// </summary>
public sealed class RollupWorker(TenantScope scope, IDbContextFactory<PortalDbContext> dbs, TrainingMix training, TimeProvider time, ILogger<RollupWorker> logger)
{
    private const int MostSlices = 300;

    /// <summary>Parts that are not settled and so are read each time. Whoever has more of them sees the newest calls a minute and a half late.</summary>
    private const int MostAgain = 10;

    /// <summary>A call is on record a moment after it ended; later than this none is expected any more.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(90);

    /// <summary>Longer than a run takes, so that nobody begins another while it is under way.</summary>
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_keepFine = TimeSpan.FromHours(48);

    /// <summary>The pairs of the deployments that this run has met.</summary>
    private readonly Dictionary<string, IReadOnlySet<uint>?> _known = new(StringComparer.Ordinal);

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public async Task RunAsync(string tenantId, string endpointId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        try
        {
            if (!await BeginAsync(endpointId, ct))
            {
                return;
            }

            var (pace, isMore) = (new WorkPace(time), true);
            for (var i = 0; isMore && i < MostSlices && !pace.IsUp; i++)
            {
                isMore = await StepAsync(endpointId, pace, ct);
            }

            if (isMore)
            {
                await LeaveAsync(endpointId, ct);
            }
        }
        catch (DbUpdateException lost)
        {
            // Another worker has added up the same slice.
            logger.LogInformation(lost, "The figures of endpoint {EndpointId} were added up by another worker", endpointId);
        }
    }

    /// <summary>Whoever sets the time of the next run does this one. False where somebody else does, or nothing was ever called.</summary>
    private async Task<bool> BeginAsync(string endpointId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var (now, cursors) = (Now, db.TrafficCursors.Where(c => c.EndpointId == endpointId));
        var next = now + s_rest;
        if (await cursors.Where(c => c.NextAt <= now).ExecuteUpdateAsync(set => set.SetProperty(c => c.NextAt, next), ct) > 0)
        {
            return true;
        }

        if (await cursors.AnyAsync(ct) || await db.Endpoints.SingleOrDefaultAsync(e => e.Id == endpointId, ct) is not { } endpoint
            || await CallPart.Traffic(db, endpointId).MinAsync(l => (DateTime?)l.At, ct) is not { } first)
        {
            return false;
        }

        var cursor = TrafficCursor.Of(endpoint, TrafficSlice.FineStart(first));
        cursor.RestUntil(next);
        db.TrafficCursors.Add(cursor);
        await db.SaveChangesAsync(ct);
        return true;
    }

    /// <summary>There is more to do, so nobody need wait.</summary>
    private async Task LeaveAsync(string endpointId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var now = Now;
        await db.TrafficCursors.Where(c => c.EndpointId == endpointId).ExecuteUpdateAsync(set => set.SetProperty(c => c.NextAt, now), ct);
    }

    /// <summary>One slice, or as much of it as there is time for; true while there is more to go on with.</summary>
    private async Task<bool> StepAsync(string endpointId, WorkPace pace, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var cursor = await db.TrafficCursors.SingleAsync(c => c.EndpointId == endpointId, ct);
        var (from, to, now) = (cursor.From, cursor.From + TrafficSlice.Fine, Now);
        var safe = now - s_grace;
        var sum = await SliceSum.BeginAsync(db, cursor, ct);
        await AddUpAsync(db, sum, safe, pace, ct);
        var isOver = to <= safe && sum.IsWhole;
        var newer = new SliceSum(cursor, to);
        if (sum.IsWhole && !isOver && to <= now)
        {
            // It waits for what may still come to the one before, and its calls are shown in the meantime.
            await AddUpAsync(db, newer, safe, pace, ct);
        }

        var next = !isOver ? from : sum.HasCalls ? to : await NextAsync(db, endpointId, to, now, ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await sum.SaveAsync(db, isOver, ct);
        if (newer.HasCalls)
        {
            await newer.SaveAsync(db, false, ct);
        }

        cursor.Advance(next);
        cursor.RestUntil(now + s_rest);
        await db.SaveChangesAsync(ct);
        if (TrafficSlice.HourStart(next) > TrafficSlice.HourStart(from))
        {
            await CloseHourAsync(db, cursor, TrafficSlice.HourStart(from), ct);
        }

        if (TrafficSlice.DayStart(next) > TrafficSlice.DayStart(from))
        {
            await CloseDaysAsync(db, cursor, TrafficSlice.DayStart(from), TrafficSlice.DayStart(next), ct);
        }

        await transaction.CommitAsync(ct);
        return isOver ? next <= now : !sum.IsWhole && sum.To <= safe;
    }

    private async Task AddUpAsync(PortalDbContext db, SliceSum sum, DateTime safe, WorkPace pace, CancellationToken ct)
    {
        for (var again = 0; !sum.IsWhole && again < MostAgain && !pace.IsUp;)
        {
            pace.BeginPart();
            var part = await CallPart.ReadAsync(db, sum.EndpointId, sum.To, sum.End, ct);
            foreach (var deploymentId in part.Calls.Select(c => c.DeploymentId).Distinct(StringComparer.Ordinal).Where(id => !_known.ContainsKey(id)).ToList())
            {
                _known[deploymentId] = await PairsAsync(sum.ProjectId, deploymentId, ct);
            }

            again += part.To > safe ? 1 : 0;
            sum.Add(part, part.To <= safe, _known);
            if (!sum.IsWhole)
            {
                await pace.RestAsync(ct);
            }
        }
    }

    private async Task<IReadOnlySet<uint>?> PairsAsync(string projectId, string deploymentId, CancellationToken ct) =>
        await training.VersionOfAsync(projectId, deploymentId, ct) is { } versionId ? await training.PairsAsync(projectId, versionId, ct) : null;

    /// <summary>Where the next call is; if none has come yet, as far as none can come any more.</summary>
    private static async Task<DateTime> NextAsync(PortalDbContext db, string endpointId, DateTime to, DateTime now, CancellationToken ct) =>
        TrafficSlice.FineStart(await CallPart.Traffic(db, endpointId).Where(l => l.At >= to).MinAsync(l => (DateTime?)l.At, ct) is { } call && call < now - s_grace ? call : now - s_grace);

    private async Task CloseHourAsync(PortalDbContext db, TrafficCursor cursor, DateTime hour, CancellationToken ct)
    {
        var (endpointId, end, now) = (cursor.EndpointId, hour.AddHours(1), Now);
        var fine = await db.TrafficSlices.AsNoTracking().Where(s => s.EndpointId == endpointId && s.Grain == SliceGrain.FiveMinutes && s.From >= hour && s.From < end)
            .OrderBy(s => s.From).ToListAsync(ct);
        await db.TrafficSlices.Where(s => s.EndpointId == endpointId && s.Grain == SliceGrain.Hour && s.From == hour).ExecuteDeleteAsync(ct);
        db.TrafficSlices.AddRange(fine.GroupBy(s => (s.DeploymentId, s.CallerId)).Select(place => TrafficSlice.Of(cursor, place.Key, SliceGrain.Hour, hour, Sum(place))));
        await db.SaveChangesAsync(ct);
        var old = TrafficSlice.HourStart(now - s_keepFine);
        await db.TrafficSlices.Where(s => s.EndpointId == endpointId && s.Grain == SliceGrain.FiveMinutes && s.From < old && s.From < hour).ExecuteDeleteAsync(ct);
    }

    /// <summary>The day of the hour that was closed, and whatever came before it since the last day that was added up.</summary>
    private static async Task CloseDaysAsync(PortalDbContext db, TrafficCursor cursor, DateTime day, DateTime end, CancellationToken ct)
    {
        var slices = db.TrafficSlices.AsNoTracking().Where(s => s.EndpointId == cursor.EndpointId);
        var begin = await slices.Where(s => s.Grain == SliceGrain.Day).MaxAsync(s => (DateTime?)s.From, ct) is { } last ? last.AddDays(1) : day;
        var hours = await slices.Where(s => s.Grain == SliceGrain.Hour && s.From >= begin && s.From < end).OrderBy(s => s.From).ToListAsync(ct);
        db.TrafficSlices.AddRange(hours.GroupBy(s => (Day: TrafficSlice.DayStart(s.From), s.DeploymentId, s.CallerId))
            .Select(g => TrafficSlice.Of(cursor, (g.Key.DeploymentId, g.Key.CallerId), SliceGrain.Day, g.Key.Day, Sum(g))));
        await db.SaveChangesAsync(ct);
    }

    private static TrafficTally Sum(IEnumerable<TrafficSlice> slices)
    {
        var tally = new TrafficTally();
        foreach (var slice in slices)
        {
            tally.Add(slice);
        }

        return tally;
    }
}
