using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Portal.Features.Deploy;
using Portal.Persistence;
using Portal.Features.Tenancy;
using Endpoint = Portal.Features.Deploy.Endpoint;

namespace Portal.Features.Monitor;

/// <summary>
/// Adds up an endpoint's calls, five minutes at a time, each in one transaction with the cursor: twice or by two at once, a slice is
/// there once. The newest slice is added up again until it is over. Of hours that are over it makes hours, and of days days.
/// </summary>
public sealed class RollupWorker(TenantScope scope, IDbContextFactory<PortalDbContext> dbs, TrainingMix training, TimeProvider time, ILogger<RollupWorker> logger)
{
    private const int MostSlices = 300;

    /// <summary>A call is on record a moment after it ended; later than this none is expected any more.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(30);

    /// <summary>A slice that is under way is added up anew each time, so whoever has very many calls rests longer: a tenth of a core at the most.</summary>
    private const int RestFor = 10;

    /// <summary>Calls that are held in memory at once, about.</summary>
    private const int AtOnce = 10_000;

    private static readonly TimeSpan s_keepFine = TimeSpan.FromHours(48);

    /// <summary>The pairs of the deployments that this run has met.</summary>
    private readonly Dictionary<string, IReadOnlySet<uint>?> _known = new(StringComparer.Ordinal);

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public async Task RunAsync(string tenantId, string endpointId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        if (!await BeginAsync(endpointId, ct))
        {
            return;
        }

        try
        {
            for (var i = 0; i < MostSlices && await StepAsync(endpointId, ct); i++)
            {
            }
        }
        catch (DbUpdateException lost)
        {
            // Another worker has added up the same slice.
            logger.LogInformation(lost, "The figures of endpoint {EndpointId} were added up by another worker", endpointId);
        }
    }

    /// <summary>False where nothing was ever called.</summary>
    private async Task<bool> BeginAsync(string endpointId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.TrafficCursors.AnyAsync(c => c.EndpointId == endpointId, ct))
        {
            return true;
        }

        if (await db.Endpoints.SingleOrDefaultAsync(e => e.Id == endpointId, ct) is not { } endpoint
            || await Calls(db, endpointId).MinAsync(l => (DateTime?)l.At, ct) is not { } first)
        {
            return false;
        }

        db.TrafficCursors.Add(TrafficCursor.Of(endpoint, TrafficSlice.FineStart(first)));
        await db.SaveChangesAsync(ct);
        return true;
    }

    /// <summary>One slice; true while there is another to go on with.</summary>
    private async Task<bool> StepAsync(string endpointId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var cursor = await db.TrafficCursors.SingleAsync(c => c.EndpointId == endpointId, ct);
        var (from, to, now, began) = (cursor.From, cursor.From + TrafficSlice.Fine, Now, time.GetTimestamp());
        var slices = await AddUpAsync(db, cursor, from, to, ct);
        var isOver = to + s_grace <= now;
        var next = !isOver ? from : slices.Count > 0 ? to : await NextAsync(db, endpointId, to, now, ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.TrafficSlices.Where(s => s.EndpointId == endpointId && s.Grain == SliceGrain.FiveMinutes && s.From == from).ExecuteDeleteAsync(ct);
        db.TrafficSlices.AddRange(slices);
        cursor.Advance(next);
        var rest = time.GetElapsedTime(began) * RestFor;
        cursor.RestUntil(now + (rest > s_rest ? rest : s_rest));
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
        return isOver && next <= now;
    }

    private async Task<List<TrafficSlice>> AddUpAsync(PortalDbContext db, TrafficCursor cursor, DateTime from, DateTime to, CancellationToken ct)
    {
        Dictionary<(string Deployment, string Key), TrafficTally> tallies = [];
        var parts = 1 + (await Calls(db, cursor.EndpointId).CountAsync(l => l.At >= from && l.At < to, ct) / AtOnce);
        for (var i = 0; i < parts; i++)
        {
            await AddUpAsync(db, cursor, from + ((to - from) * i / parts), from + ((to - from) * (i + 1) / parts), tallies, ct);
        }

        return [.. tallies.Select(t => SliceOf(cursor, t.Key, SliceGrain.FiveMinutes, from, t.Value))];
    }

    private async Task AddUpAsync(
        PortalDbContext db, TrafficCursor cursor, DateTime from, DateTime to, Dictionary<(string Deployment, string Key), TrafficTally> tallies, CancellationToken ct)
    {
        // A trait has the time of its call.
        var traits = await db.CallTraits.AsNoTracking().Where(t => t.EndpointId == cursor.EndpointId && t.At >= from && t.At < to).ToListAsync(ct);
        var byId = traits.DistinctBy(t => t.ResponseId).ToDictionary(t => t.ResponseId, StringComparer.Ordinal);
        await foreach (var call in Calls(db, cursor.EndpointId).Where(l => l.At >= from && l.At < to).AsAsyncEnumerable().WithCancellation(ct))
        {
            if (!_known.TryGetValue(call.DeploymentId, out var pairs))
            {
                _known[call.DeploymentId] = pairs = await PairsAsync(cursor.ProjectId, call.DeploymentId, ct);
            }

            var place = (call.DeploymentId, call.ApiKeyId ?? "");
            (tallies.TryGetValue(place, out var tally) ? tally : tallies[place] = new TrafficTally()).Add(call, byId.GetValueOrDefault(call.ResponseId), pairs);
        }
    }

    private async Task<IReadOnlySet<uint>?> PairsAsync(string projectId, string deploymentId, CancellationToken ct) =>
        await training.VersionOfAsync(projectId, deploymentId, ct) is { } versionId ? await training.PairsAsync(projectId, versionId, ct) : null;

    /// <summary>Where the next call is; if none has come yet, as far as none can come any more.</summary>
    private static async Task<DateTime> NextAsync(PortalDbContext db, string endpointId, DateTime to, DateTime now, CancellationToken ct) =>
        TrafficSlice.FineStart(await Calls(db, endpointId).Where(l => l.At >= to).MinAsync(l => (DateTime?)l.At, ct) is { } call && call < now - s_grace ? call : now - s_grace);

    private async Task CloseHourAsync(PortalDbContext db, TrafficCursor cursor, DateTime hour, CancellationToken ct)
    {
        var (endpointId, end, now) = (cursor.EndpointId, hour.AddHours(1), Now);
        var fine = await db.TrafficSlices.AsNoTracking().Where(s => s.EndpointId == endpointId && s.Grain == SliceGrain.FiveMinutes && s.From >= hour && s.From < end).ToListAsync(ct);
        await db.TrafficSlices.Where(s => s.EndpointId == endpointId && s.Grain == SliceGrain.Hour && s.From == hour).ExecuteDeleteAsync(ct);
        db.TrafficSlices.AddRange(fine.GroupBy(s => (s.DeploymentId, s.CallerId)).Select(place => SliceOf(cursor, place.Key, SliceGrain.Hour, hour, Sum(place))));
        await db.SaveChangesAsync(ct);
        var old = TrafficSlice.HourStart(now - s_keepFine);
        await db.TrafficSlices.Where(s => s.EndpointId == endpointId && s.Grain == SliceGrain.FiveMinutes && s.From < old && s.From < hour).ExecuteDeleteAsync(ct);
    }

    /// <summary>The day of the hour that was closed, and whatever came before it since the last day that was added up.</summary>
    private static async Task CloseDaysAsync(PortalDbContext db, TrafficCursor cursor, DateTime day, DateTime end, CancellationToken ct)
    {
        var slices = db.TrafficSlices.AsNoTracking().Where(s => s.EndpointId == cursor.EndpointId);
        var begin = await slices.Where(s => s.Grain == SliceGrain.Day).MaxAsync(s => (DateTime?)s.From, ct) is { } last ? last.AddDays(1) : day;
        var hours = await slices.Where(s => s.Grain == SliceGrain.Hour && s.From >= begin && s.From < end).ToListAsync(ct);
        db.TrafficSlices.AddRange(hours.GroupBy(s => (Day: TrafficSlice.DayStart(s.From), s.DeploymentId, s.CallerId))
            .Select(g => SliceOf(cursor, (g.Key.DeploymentId, g.Key.CallerId), SliceGrain.Day, g.Key.Day, Sum(g))));
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

    private static TrafficSlice SliceOf(TrafficCursor cursor, (string Deployment, string Key) place, SliceGrain grain, DateTime from, TrafficTally tally) => new()
    {
        ProjectId = cursor.ProjectId, EndpointId = cursor.EndpointId, DeploymentId = place.Deployment, CallerId = place.Key, Grain = grain, From = from,
        Calls = tally.Calls, Errors = tally.Errors, InputTokens = tally.InputTokens, OutputTokens = tally.OutputTokens, AmountMicros = tally.AmountMicros,
        FiguresJson = tally.ToFigures().ToStored(),
    };

    /// <summary>As on the Deploy page: the playground's calls are not traffic.</summary>
    private static IQueryable<InferenceLog> Calls(PortalDbContext db, string endpointId) =>
        db.InferenceLogs.AsNoTracking().Where(l => l.EndpointId == endpointId && l.Source == UsageSource.Endpoint);
}
