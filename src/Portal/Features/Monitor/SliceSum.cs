using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Monitor;

/// <summary>
/// The tallies of five minutes as their calls are read: first what is settled, which is kept as it is then, and on top of that the rest. Calls
/// are added one by one in the order of their time, from the first to the last, so it comes to the same wherever somebody went on.
/// </summary>
internal sealed class SliceSum(TrafficCursor cursor, DateTime from)
{
    private readonly DateTime _from = from;
    private readonly Dictionary<(string Deployment, string Key), TrafficTally> _tallies = [];
    private DateTime _settledTo = from;
    private DateTime _keptTo = from;

    /// <summary>What is settled, where there is more of it than was kept before.</summary>
    private List<TrafficSlice>? _kept;

    private bool _wasKept;

    public string ProjectId => cursor.ProjectId;

    public string EndpointId => cursor.EndpointId;

    public DateTime End => _from + TrafficSlice.Fine;

    /// <summary>Up to where calls were added.</summary>
    public DateTime To { get; private set; } = from;

    public bool IsWhole { get; private set; }

    public bool HasCalls => _tallies.Count > 0;

    /// <summary>Goes on from what was kept of the cursor's slice.</summary>
    public static async Task<SliceSum> BeginAsync(PortalDbContext db, TrafficCursor cursor, CancellationToken ct)
    {
        var sum = new SliceSum(cursor, cursor.From);
        var kept = await Kept(db, cursor.EndpointId).AsNoTracking().ToListAsync(ct);
        sum._wasKept = kept.Count > 0;
        // An older build beside this one may have gone on with the next slice and left what was kept of this.
        foreach (var slice in kept.Where(s => s.From >= cursor.From && s.From < sum.End))
        {
            sum.To = sum._settledTo = sum._keptTo = slice.From;
            sum.TallyOf((slice.DeploymentId, slice.CallerId)).Add(slice);
        }

        return sum;
    }

    /// <param name="part">The calls from <see cref="To"/> on.</param>
    /// <param name="isSettled">No call can come between them any more, nor between those before.</param>
    /// <param name="known">By deployment.</param>
    public void Add(CallPart part, bool isSettled, IReadOnlyDictionary<string, IReadOnlySet<uint>?> known)
    {
        if (!isSettled)
        {
            Keep();
        }

        foreach (var call in part.Calls)
        {
            TallyOf((call.DeploymentId, call.KeyId)).Add(call, part.Traits.GetValueOrDefault(call.ResponseId), known[call.DeploymentId]);
        }

        (To, IsWhole, _settledTo) = (part.To, part.IsLast, isSettled ? part.To : _settledTo);
    }

    /// <summary>In a transaction and with the cursor.</summary>
    /// <param name="isOver">Nothing will be added to it, so nothing is kept to go on from.</param>
    public async Task SaveAsync(PortalDbContext db, bool isOver, CancellationToken ct)
    {
        var (endpointId, from) = (EndpointId, _from);
        await db.TrafficSlices.Where(s => s.EndpointId == endpointId && s.Grain == SliceGrain.FiveMinutes && s.From == from).ExecuteDeleteAsync(ct);
        db.TrafficSlices.AddRange(Rows(SliceGrain.FiveMinutes, _from));
        if (!isOver)
        {
            Keep();
        }

        if (_wasKept && (isOver || _kept is not null))
        {
            await Kept(db, endpointId).ExecuteDeleteAsync(ct);
        }

        db.TrafficSlices.AddRange(isOver ? [] : _kept ?? []);
    }

    private static IQueryable<TrafficSlice> Kept(PortalDbContext db, string endpointId) => db.TrafficSlices.Where(s => s.EndpointId == endpointId && s.Grain == SliceGrain.Settled);

    private void Keep()
    {
        if (_settledTo > _keptTo)
        {
            (_kept, _keptTo) = (Rows(SliceGrain.Settled, _settledTo), _settledTo);
        }
    }

    private TrafficTally TallyOf((string Deployment, string Key) place) => _tallies.TryGetValue(place, out var tally) ? tally : _tallies[place] = new TrafficTally();

    private List<TrafficSlice> Rows(SliceGrain grain, DateTime at) => [.. _tallies.Select(t => TrafficSlice.Of(cursor, t.Key, grain, at, t.Value))];
}
