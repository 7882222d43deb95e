using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Deploy;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Monitor;

/// <summary>Which calls to show: of a stretch of time, and in it those of one deployment or with one reason.</summary>
public sealed record WrongScope(MonitorRange Range, WrongReasons Reason = WrongReasons.None, string? DeploymentId = null, int Page = 0);

/// <summary>A call that went wrong. One that is a row by now shows no text: the row may be sealed.</summary>
public sealed record WrongCall(string ResponseId, DateTime At, string DeploymentName, WrongReasons Reasons)
{
    public string Input { get; init; } = "";

    public string Answer { get; init; } = "";

    public string Correction { get; init; } = "";

    public string Comment { get; init; } = "";

    public double? Score { get; init; }

    /// <summary>Null while nobody has taken it.</summary>
    public TrafficState? Taken { get; init; }

    public int? RowNumber { get; init; }
}

/// <param name="WithoutText">Calls of the stretch that somebody disliked or corrected, and of which no text was kept.</param>
public sealed record WrongCalls(string ProjectName, IReadOnlyList<WrongCall> Calls, int Total, int WithoutText, KeepingChoice Keeping)
{
    public IReadOnlyList<(string Id, string Name)> Deployments { get; init; } = [];
}

/// <summary>Finds what went wrong among the calls whose texts are kept, and takes what somebody picks of it on its way to becoming rows.</summary>
public sealed class WrongCallService(IDbContextFactory<PortalDbContext> dbs, CurrentMember current, ProjectService projects, TimeProvider time)
{
    public const int PageSize = 25;

    public bool MayTake => current.May(Permission.ReadRows) && current.May(Permission.ChangeData);

    public async Task<WrongCalls> ListAsync(string projectId, WrongScope scope, CancellationToken ct)
    {
        current.Require(Permission.ReadRows);
        var (project, _) = await projects.GetAsync(projectId, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var first = time.GetUtcNow().UtcDateTime - scope.Range.Span;
        var found = Filtered(Wrong(db, projectId).Where(w => w.Call.At >= first), scope);
        var page = await found.OrderByDescending(w => w.Call.At).ThenBy(w => w.Call.Id).Skip(Math.Max(0, scope.Page) * PageSize).Take(PageSize).ToListAsync(ct);
        var ids = page.ConvertAll(w => w.Call.ResponseId);
        var taken = await db.TrafficDrafts.AsNoTracking().Where(d => ids.Contains(d.ResponseId)).Select(d => new { d.ResponseId, d.State, d.RowNumber }).ToDictionaryAsync(d => d.ResponseId, ct);
        var names = await NamesAsync(db, projectId, ct);
        var kept = db.StoredCalls;
        return new WrongCalls(
            project.Name, [.. page.Select(w => Shown(w, names, taken.TryGetValue(w.Call.ResponseId, out var draft) ? (draft.State, draft.RowNumber) : (null, null)))], await found.CountAsync(ct),
            await db.AnswerFeedback.Where(AnswerFeedback.IsWrong).CountAsync(f => f.ProjectId == projectId && f.AnsweredAt >= first
                && (scope.DeploymentId == null || f.DeploymentId == scope.DeploymentId) && !kept.Any(c => c.ResponseId == f.ResponseId), ct),
            await CallBasis.ChoiceAsync(db, ct))
        {
            Deployments = [.. names.Select(n => (n.Key, n.Value.Deployment))],
        };
    }

    /// <summary>Takes calls into the queue. One that was taken before, here or elsewhere, stays what it has become.</summary>
    /// <returns>How many were new.</returns>
    public async Task<int> TakeAsync(string projectId, IReadOnlyList<string> responseIds, CancellationToken ct)
    {
        current.Require(Permission.ReadRows);
        current.Require(Permission.ChangeData);
        await projects.GetAsync(projectId, ct);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await SaveAsync(projectId, [.. responseIds.Distinct(StringComparer.Ordinal).Take(PageSize)], ct);
            }
            catch (DbUpdateException) when (attempt < 3)
            {
                // Another press took one of them at this moment; what it took stays its own.
            }
        }
    }

    private async Task<int> SaveAsync(string projectId, List<string> ids, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // Holds the owner's word until these are saved: whoever takes it back meanwhile waits, and then removes these as well.
        if (await db.TextKeepings.Where(k => k.IsOn).ExecuteUpdateAsync(set => set.SetProperty(k => k.Days, k => k.Days), ct) is 0)
        {
            throw new PortalException("Texts of calls are not kept any more, so there is nothing to take.");
        }

        var calls = await Wrong(db, projectId).Where(w => ids.Contains(w.Call.ResponseId)).ToListAsync(ct);
        if (calls.Count < ids.Count)
        {
            throw new NotFoundException("call");
        }

        var there = await db.TrafficDrafts.Where(d => ids.Contains(d.ResponseId)).Select(d => d.ResponseId).ToListAsync(ct);
        var (names, now) = (await NamesAsync(db, projectId, ct), time.GetUtcNow().UtcDateTime);
        var fresh = calls.Where(w => !there.Contains(w.Call.ResponseId)).OrderBy(w => w.Call.At).Select(w => TrafficDraft.Of(Taken(w, names), current.UserName, now)).ToList();
        if (fresh.Count > 0)
        {
            db.TrafficDrafts.AddRange(fresh);
            db.Audit("traffic.taken", new AuditTarget("project", projectId, (await projects.GetAsync(projectId, ct)).Project.Name, projectId), $"{fresh.Count:N0} calls");
            await db.SaveChangesAsync(ct);
        }

        await transaction.CommitAsync(ct);
        return fresh.Count;
    }

    /// <summary>Calls whose texts are there and that went wrong. Tries in the playground count where somebody disliked the answer, not by their shape.</summary>
    private static IQueryable<Found> Wrong(PortalDbContext db, string projectId)
    {
        var bad = db.AnswerFeedback.Where(AnswerFeedback.IsWrong);
        return from call in db.StoredCalls.AsNoTracking()
               where call.ProjectId == projectId
               join log in db.InferenceLogs.AsNoTracking() on call.ResponseId equals log.ResponseId
               join opinion in db.AnswerFeedback.AsNoTracking() on call.ResponseId equals opinion.ResponseId into opinions
               from said in opinions.DefaultIfEmpty()
               where (!call.IsValid && log.Source == UsageSource.Endpoint) || bad.Any(b => b.ResponseId == call.ResponseId)
               select new Found { Call = call, Said = said, IsMalformed = !call.IsValid && log.Source == UsageSource.Endpoint };
    }

    private static IQueryable<Found> Filtered(IQueryable<Found> found, WrongScope scope)
    {
        found = scope.DeploymentId is { } deploymentId ? found.Where(w => w.Call.DeploymentId == deploymentId) : found;
        return scope.Reason switch
        {
            WrongReasons.Disliked => found.Where(w => w.Said != null && (w.Said.Thumb == Thumb.Down || w.Said.Score < AnswerFeedback.BadScore)),
            WrongReasons.Corrected => found.Where(w => w.Said != null && w.Said.Correction != ""),
            WrongReasons.Malformed => found.Where(w => w.IsMalformed),
            _ => found,
        };
    }

    private static WrongReasons ReasonsOf(Found wrong) =>
        (wrong.Said is { Thumb: Thumb.Down } or { Score: < AnswerFeedback.BadScore } ? WrongReasons.Disliked : WrongReasons.None)
        | (wrong.Said is { Correction: not "" } ? WrongReasons.Corrected : WrongReasons.None) | (wrong.IsMalformed ? WrongReasons.Malformed : WrongReasons.None);

    private static WrongCall Shown(Found wrong, IReadOnlyDictionary<string, Served> names, (TrafficState? State, int? Row) taken)
    {
        var shown = new WrongCall(wrong.Call.ResponseId, wrong.Call.At, names.GetValueOrDefault(wrong.Call.DeploymentId)?.Deployment ?? "", ReasonsOf(wrong)) { Taken = taken.State, RowNumber = taken.Row, Score = wrong.Said?.Score };
        return taken.State is TrafficState.Added ? shown : shown with
        {
            Input = ShownText.Cut(wrong.Call.Input), Answer = ShownText.Cut(wrong.Call.Answer), Correction = ShownText.Cut(wrong.Said?.Correction ?? ""), Comment = ShownText.Cut(wrong.Said?.Comment ?? ""),
        };
    }

    private static TakenCall Taken(Found wrong, IReadOnlyDictionary<string, Served> names)
    {
        var served = names.GetValueOrDefault(wrong.Call.DeploymentId) ?? new Served("", "");
        return new TakenCall(wrong.Call.ProjectId, wrong.Call.ResponseId, ReasonsOf(wrong), wrong.Call.Input, wrong.Call.Answer, wrong.Said?.Correction ?? "")
        {
            DeploymentName = served.Deployment, ModelName = served.Model, Comment = wrong.Said?.Comment ?? "", CalledAt = wrong.Call.At, ExpiresAt = wrong.Call.ExpiresAt,
        };
    }

    private static async Task<IReadOnlyDictionary<string, Served>> NamesAsync(PortalDbContext db, string projectId, CancellationToken ct) =>
        (await db.Deployments.AsNoTracking().Where(d => d.ProjectId == projectId).OrderByDescending(d => d.Number)
            .Join(db.Endpoints, d => d.EndpointId, e => e.Id, (d, e) => new { d.Id, d.Number, d.CandidateName, e.Name }).ToListAsync(ct))
            .ToDictionary(d => d.Id, d => new Served($"{d.Name}@{d.Number}", d.CandidateName));

    private sealed class Found
    {
        public required StoredCall Call { get; init; }

        public AnswerFeedback? Said { get; init; }

        public bool IsMalformed { get; init; }
    }

    private sealed record Served(string Deployment, string Model);
}
