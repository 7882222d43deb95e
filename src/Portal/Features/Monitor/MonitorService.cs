using Microsoft.EntityFrameworkCore;
using Portal.Features.Define;
using Portal.Features.Deploy;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Endpoint = Portal.Features.Deploy.Endpoint;

namespace Portal.Features.Monitor;

/// <summary>What is looked at: a stretch of time, and in it all calls or those of one deployment or key.</summary>
public sealed record MonitorScope(MonitorRange Range, string? DeploymentId = null, string? KeyId = null);

/// <summary>The calls of one deployment or key.</summary>
public sealed record TallyOf(string Id, string Name, TrafficTally Tally);

/// <summary>An alert rule that is not well.</summary>
public sealed record FiringRule(string Name, AlertState State, DateTime Since);

public sealed record MonitorPoint(DateTime From, TrafficTally Tally);

/// <summary>Thumbs and scores that answers of the stretch were given.</summary>
public sealed record FeedbackSum(long Up, long Down, long Scores, double ScoreSum, double ScoreSquares);

/// <summary>What the calls are compared with.</summary>
public sealed record ComparedWith(int VersionNumber, TrafficTally Mix);

public sealed record MonitorView(string ProjectName, Endpoint? Endpoint)
{
    public TrafficTally Total { get; init; } = new();

    /// <summary>From the first to the last of the stretch, those without a call included.</summary>
    public IReadOnlyList<MonitorPoint> Points { get; init; } = [];

    public IReadOnlyList<TallyOf> ByDeployment { get; init; } = [];

    public IReadOnlyList<TallyOf> ByKey { get; init; } = [];

    public FeedbackSum Feedback { get; init; } = new(0, 0, 0, 0, 0);

    /// <summary>Null while no version is frozen, or its rows have not been counted yet.</summary>
    public ComparedWith? Baseline { get; init; }

    /// <summary>Rules that are not well now, worst first.</summary>
    public IReadOnlyList<FiringRule> Firing { get; init; } = [];

    /// <summary>Up to when calls have been added up; null while there was none.</summary>
    public DateTime? AsOf { get; init; }
}

/// <summary>Reads the figures of a project's traffic from its slices.</summary>
public sealed class MonitorService(IDbContextFactory<PortalDbContext> dbs, ProjectService projects, TrainingMix training, TimeProvider time)
{
    internal static readonly FeedbackSum NoFeedback = new(0, 0, 0, 0, 0);

    private const string NoKey = "(no key)";

    public async Task<MonitorView> ReadAsync(string projectId, MonitorScope scope, CancellationToken ct)
    {
        var (project, _) = await projects.GetAsync(projectId, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var endpoint = await db.Endpoints.AsNoTracking().SingleOrDefaultAsync(e => e.ProjectId == projectId, ct);
        var cursor = endpoint is null ? null : await db.TrafficCursors.AsNoTracking().SingleOrDefaultAsync(c => c.EndpointId == endpoint.Id, ct);
        var firing = await db.AlertRules.AsNoTracking().Where(r => r.ProjectId == projectId && r.IsOn && r.State != AlertState.Ok)
            .OrderBy(r => r.StateSince).Take(10).Select(r => new FiringRule(r.Name, r.State, r.StateSince)).ToListAsync(ct);
        var view = new MonitorView(project.Name, endpoint) { Firing = [.. firing.OrderBy(r => r.State is not AlertState.Alert).ThenBy(r => r.State)] };
        if (endpoint is null || cursor is null)
        {
            return view;
        }

        var (range, now) = (scope.Range, time.GetUtcNow().UtcDateTime);
        var first = range.PointOf(now - range.Span + range.Step);
        var slices = await SlicesAsync(db, cursor, range.Grain, first, ct);
        var shown = slices.Where(s => (scope.DeploymentId is null || s.DeploymentId == scope.DeploymentId) && (scope.KeyId is null || s.CallerId == scope.KeyId)).ToList();
        var points = new SortedDictionary<DateTime, TrafficTally>();
        for (var at = first; at <= now; at += range.Step)
        {
            points[at] = new TrafficTally();
        }

        var total = new TrafficTally();
        foreach (var slice in shown)
        {
            total.Add(slice);
            points.GetValueOrDefault(range.PointOf(slice.From))?.Add(slice);
        }

        return view with
        {
            Total = total,
            Points = [.. points.Select(p => new MonitorPoint(p.Key, p.Value))],
            ByDeployment = Group(slices, s => s.DeploymentId, await DeploymentNamesAsync(db, endpoint, ct)),
            ByKey = Group(slices, s => s.CallerId, await db.ApiKeys.Select(k => new { k.Id, k.Name }).ToDictionaryAsync(k => k.Id, k => k.Name, ct)),
            Feedback = await FeedbackAsync(db, endpoint.Id, scope.DeploymentId, first, ct),
            Baseline = await BaselineAsync(db, projectId, scope.DeploymentId ?? endpoint.LiveDeploymentId, ct),
            AsOf = cursor.NextAt > now ? now : cursor.NextAt,
        };
    }

    /// <summary>
    /// Slices no longer than the grain, each call in one of them: days that are over, of what is in none of those the hours, and of the hour that
    /// is not over its five minutes. Days are added up since a build that does so; what is older is read by the hour.
    /// </summary>
    internal static async Task<List<TrafficSlice>> SlicesAsync(PortalDbContext db, TrafficCursor cursor, SliceGrain grain, DateTime first, CancellationToken ct)
    {
        var (endpointId, open) = (cursor.EndpointId, TrafficSlice.HourStart(cursor.From));
        IQueryable<TrafficSlice> Of(SliceGrain one, DateTime from, DateTime to) =>
            db.TrafficSlices.AsNoTracking().Where(s => s.EndpointId == endpointId && s.Grain == one && s.From >= from && s.From < to);
        if (grain is SliceGrain.FiveMinutes)
        {
            return await Of(SliceGrain.FiveMinutes, first, DateTime.MaxValue).ToListAsync(ct);
        }

        var days = grain is SliceGrain.Day ? await Of(SliceGrain.Day, first, open).OrderBy(s => s.From).ToListAsync(ct) : [];
        var (begin, end) = days.Count is 0 ? (first, first) : (days[0].From, days[^1].From.AddDays(1));
        return
        [
            .. days, .. await Of(SliceGrain.Hour, first, begin).ToListAsync(ct), .. await Of(SliceGrain.Hour, end, open).ToListAsync(ct),
            .. await Of(SliceGrain.FiveMinutes, open > first ? open : first, DateTime.MaxValue).ToListAsync(ct),
        ];
    }

    private static List<TallyOf> Group(IEnumerable<TrafficSlice> slices, Func<TrafficSlice, string> by, IReadOnlyDictionary<string, string> names) =>
        [.. slices.GroupBy(by).Select(g =>
        {
            var tally = new TrafficTally();
            foreach (var slice in g)
            {
                tally.Add(slice);
            }

            return new TallyOf(g.Key, names.GetValueOrDefault(g.Key, NoKey), tally);
        }).OrderByDescending(t => t.Tally.Calls).ThenBy(t => t.Name, StringComparer.CurrentCulture)];

    private static async Task<IReadOnlyDictionary<string, string>> DeploymentNamesAsync(PortalDbContext db, Endpoint endpoint, CancellationToken ct) =>
        (await db.Deployments.AsNoTracking().Where(d => d.EndpointId == endpoint.Id).Select(d => new { d.Id, d.Number, d.CandidateName }).ToListAsync(ct))
            .ToDictionary(d => d.Id, d => $"{endpoint.Name}@{d.Number} · {d.CandidateName}");

    private static async Task<FeedbackSum> FeedbackAsync(PortalDbContext db, string endpointId, string? deploymentId, DateTime first, CancellationToken ct) =>
        await db.AnswerFeedback.Where(f => f.EndpointId == endpointId && f.AnsweredAt >= first && (deploymentId == null || f.DeploymentId == deploymentId)).GroupBy(_ => 1)
            .Select(all => new FeedbackSum(
                all.LongCount(f => f.Thumb == Thumb.Up), all.LongCount(f => f.Thumb == Thumb.Down), all.LongCount(f => f.Score != null),
                all.Sum(f => f.Score ?? 0), all.Sum(f => (f.Score ?? 0) * (f.Score ?? 0))))
            .SingleOrDefaultAsync(ct) ?? NoFeedback;

    private async Task<ComparedWith?> BaselineAsync(PortalDbContext db, string projectId, string? deploymentId, CancellationToken ct)
    {
        if (await training.MixOfAsync(projectId, deploymentId, ct) is not var (versionId, mix))
        {
            return null;
        }

        var number = await db.Set<Data.DatasetVersion>().Where(v => v.Id == versionId).Select(v => v.Number).SingleAsync(ct);
        return new ComparedWith(number, mix);
    }
}
