using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Monitor;

/// <summary>Calls of a project and what is said of their answers, in a stretch of time.</summary>
internal sealed record AlertWindow(TrafficTally Tally, FeedbackSum Feedback);

/// <summary>Reads what a rule measures from the slices that the Monitor page is made of: now, or as it was over the last days.</summary>
public sealed class AlertReader(TrainingMix training)
{
    private static readonly TimeSpan s_fineBack = TimeSpan.FromHours(46);
    private static readonly TimeSpan s_hoursBack = TimeSpan.FromDays(7);

    /// <summary>Up to now; null while nothing is deployed, or nobody has called yet.</summary>
    internal async Task<Figure?> NowAsync(PortalDbContext db, AlertScope scope, AlertLimits limits, DateTime now, CancellationToken ct)
    {
        if (await PlaceAsync(db, scope, ct) is not { } place)
        {
            return null;
        }

        return await NowAsync(db, place, limits, await BeforeAsync(place, limits.Measure, ct), now, ct);
    }

    /// <summary>
    /// The rule over the last days: a short window each five minutes of two days, since finer figures are kept no longer, any other each
    /// hour of a week.
    /// </summary>
    internal async Task<AlertPreview> PreviewAsync(PortalDbContext db, AlertScope scope, AlertLimits limits, DateTime now, CancellationToken ct)
    {
        limits.Require();
        if (await PlaceAsync(db, scope, ct) is not { } place)
        {
            return AlertPreview.None;
        }

        var isFine = limits.WindowMinutes < 60;
        var (step, back) = isFine ? (TrafficSlice.Fine, s_fineBack) : (TimeSpan.FromHours(1), s_hoursBack);
        var end = TrafficSlice.StartOf(now, step) + step;
        var first = end - back;
        var windows = await WindowsAsync(db, place, new(limits, isFine, first - limits.Window), step, ct);
        var before = await BeforeAsync(place, limits.Measure, ct);
        // What lasts less than from one look to the next is seen at one of them.
        var hold = limits.Hold < step ? TimeSpan.Zero : limits.Hold;
        List<AlertPoint> points = [];
        var track = new AlertTrack(AlertState.Ok, first);
        for (var at = first; at <= end; at += step)
        {
            var figure = FigureOf(windows.Where(w => w.Key >= at - limits.Window && w.Key < at).Select(w => w.Value), limits.Measure, before);
            track = track.Next(limits.Judge(figure), at, hold);
            points.Add(new AlertPoint(at < now ? at : now, figure, track.State));
        }

        return new AlertPreview(points, await NowAsync(db, place, limits, before, now, ct), isFine);
    }

    private static async Task<Figure?> NowAsync(PortalDbContext db, Place place, AlertLimits limits, TrafficTally? before, DateTime now, CancellationToken ct)
    {
        var from = TrafficSlice.FineStart(now - limits.Window + TrafficSlice.Fine);
        var windows = await WindowsAsync(db, place, new(limits, true, from), TrafficSlice.Fine, ct);
        return FigureOf(windows.Values, limits.Measure, before);
    }

    private static async Task<Place?> PlaceAsync(PortalDbContext db, AlertScope scope, CancellationToken ct)
    {
        var (projectId, deploymentId) = scope;
        var found = await db.Set<Deploy.Endpoint>().AsNoTracking().Where(e => e.ProjectId == projectId).Select(e => new { e.Id, e.LiveDeploymentId }).SingleOrDefaultAsync(ct);
        return found is not null && await db.TrafficCursors.AsNoTracking().SingleOrDefaultAsync(c => c.EndpointId == found.Id, ct) is { } cursor
            ? new Place(projectId, cursor, deploymentId, deploymentId ?? found.LiveDeploymentId) : null;
    }

    private async Task<TrafficTally?> BeforeAsync(Place place, AlertMeasure measure, CancellationToken ct) =>
        measure is AlertMeasure.InputDrift ? (await training.MixOfAsync(place.ProjectId, place.ComparedId, ct))?.Mix : null;

    /// <summary>By the beginning of each step that has anything.</summary>
    private static async Task<SortedDictionary<DateTime, AlertWindow>> WindowsAsync(PortalDbContext db, Place place, Stretch stretch, TimeSpan step, CancellationToken ct)
    {
        SortedDictionary<DateTime, AlertWindow> windows = [];
        if (stretch.Limits.Measure is AlertMeasure.BadFeedback)
        {
            var (endpointId, deploymentId, first) = (place.Cursor.EndpointId, place.DeploymentId, stretch.First);
            var thumbs = db.AnswerFeedback.AsNoTracking().Where(f => f.EndpointId == endpointId && f.AnsweredAt >= first && f.Thumb != Thumb.None && (deploymentId == null || f.DeploymentId == deploymentId));
            await foreach (var thumb in thumbs.Select(f => new { f.AnsweredAt, f.Thumb }).AsAsyncEnumerable().WithCancellation(ct))
            {
                var at = TrafficSlice.StartOf(thumb.AnsweredAt, step);
                var sum = windows.TryGetValue(at, out var there) ? there.Feedback : MonitorService.NoFeedback;
                windows[at] = new AlertWindow(new TrafficTally(), thumb.Thumb is Thumb.Up ? sum with { Up = sum.Up + 1 } : sum with { Down = sum.Down + 1 });
            }

            return windows;
        }

        foreach (var slice in await MonitorService.SlicesAsync(db, place.Cursor, stretch.IsFine ? SliceGrain.FiveMinutes : SliceGrain.Hour, stretch.First, ct))
        {
            if (place.DeploymentId is null || slice.DeploymentId == place.DeploymentId)
            {
                var at = TrafficSlice.StartOf(slice.From, step);
                (windows.TryGetValue(at, out var there) ? there : windows[at] = new AlertWindow(new TrafficTally(), MonitorService.NoFeedback)).Tally.Add(slice);
            }
        }

        return windows;
    }

    private static Figure? FigureOf(IEnumerable<AlertWindow> windows, AlertMeasure measure, TrafficTally? before)
    {
        var (tally, feedback) = (new TrafficTally(), MonitorService.NoFeedback);
        foreach (var window in windows)
        {
            tally.Add(window.Tally);
            feedback = feedback with { Up = feedback.Up + window.Feedback.Up, Down = feedback.Down + window.Feedback.Down };
        }

        return Measures.Of(measure, tally, feedback, before);
    }

    private sealed record Place(string ProjectId, TrafficCursor Cursor, string? DeploymentId, string? ComparedId);

    private sealed record Stretch(AlertLimits Limits, bool IsFine, DateTime First);
}

/// <summary>Whose calls a rule looks at.</summary>
internal readonly record struct AlertScope(string ProjectId, string? DeploymentId);

/// <summary>What would have been measured at a moment, and in which state that would have put the rule.</summary>
public sealed record AlertPoint(DateTime At, Figure? Figure, AlertState State);

/// <summary>A rule over the last days.</summary>
/// <param name="Now">As it would be measured at this moment.</param>
/// <param name="IsFine">Looked at each five minutes of two days; else each hour of a week.</param>
public sealed record AlertPreview(IReadOnlyList<AlertPoint> Points, Figure? Now, bool IsFine)
{
    public static readonly AlertPreview None = new([], null, false);

    /// <summary>The stretches in which it would not have been Ok, with the states.</summary>
    public IReadOnlyList<(AlertState State, DateTime From, DateTime To)> Stretches()
    {
        List<(AlertState State, DateTime From, DateTime To)> stretches = [];
        foreach (var point in Points)
        {
            if (stretches is [.., var last] && last.To == DateTime.MaxValue && last.State != point.State)
            {
                stretches[^1] = last with { To = point.At };
            }

            if (point.State is not AlertState.Ok && (stretches is [] || stretches[^1].To != DateTime.MaxValue))
            {
                stretches.Add((point.State, point.At, DateTime.MaxValue));
            }
        }

        if (stretches is [.., var open] && open.To == DateTime.MaxValue)
        {
            stretches[^1] = open with { To = Points[^1].At };
        }

        return stretches;
    }
}
