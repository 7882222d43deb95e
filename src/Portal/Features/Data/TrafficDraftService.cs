using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>How many calls of a project stand where on their way to becoming rows.</summary>
public sealed record TrafficCounts(int Open, int Settled, int Added, int Rejected)
{
    public int All => Open + Settled + Added + Rejected;
}

/// <summary>A page of calls on their way to becoming rows.</summary>
/// <param name="Labels">What an answer may be where one label is picked; empty where it is free.</param>
public sealed record TrafficPage(IReadOnlyList<TrafficDraft> Drafts, int Total, TrafficCounts Counts, IReadOnlyList<string> Labels);

/// <summary>What became of settled calls.</summary>
/// <param name="TooAlike">Rejected, because a row is nearly the same, perhaps one that is kept aside.</param>
/// <param name="Left">Still settled, because the rules refuse them as they are.</param>
public sealed record TrafficAdded(int Rows, int TooAlike, int Left, string Why);

/// <summary>
/// Calls that went wrong, taken out of the traffic: whoever may review says what would have been right, and whoever may change the data makes
/// rows of what was settled.
/// </summary>
public sealed class TrafficDraftService(IDbContextFactory<PortalDbContext> dbs, CurrentMember current, ProjectService projects, RowEditService edits, TimeProvider time)
{
    public const int PageSize = 25;

    public bool MayReview => current.May(Permission.ReviewRows);

    public bool MayAdd => current.May(Permission.ReadRows) && current.MayChange();

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public async Task<TrafficPage> ListAsync(string projectId, TrafficState state, int page, CancellationToken ct)
    {
        current.Require(Permission.ReviewRows);
        var (_, task) = await projects.GetAsync(projectId, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var all = db.TrafficDrafts.AsNoTracking().Where(d => d.ProjectId == projectId);
        var counts = await CountAsync(db, projectId, ct);
        var drafts = await all.Where(d => d.State == state).OrderBy(d => d.CalledAt).ThenBy(d => d.Id).Skip(Math.Max(0, page) * PageSize).Take(PageSize).ToListAsync(ct);
        var total = state switch { TrafficState.Open => counts.Open, TrafficState.Settled => counts.Settled, TrafficState.Added => counts.Added, _ => counts.Rejected };
        return new TrafficPage(drafts, total, counts, await LabelsAsync(db, projectId, task, ct));
    }

    /// <summary>Says what the right answer is, or says it anew.</summary>
    public async Task SettleAsync(string projectId, string trafficDraftId, string output, CancellationToken ct)
    {
        current.Require(Permission.ReviewRows);
        var (_, task) = await projects.GetAsync(projectId, ct);
        await ChangeAsync(projectId, trafficDraftId, "traffic.settled", async (db, draft) =>
        {
            var words = new RowDraft(draft.Input, output).Over(null);
            if (await LabelsAsync(db, projectId, task, ct) is { Count: > 0 } labels && !labels.Contains(words.Output))
            {
                throw new PortalException("That is none of the task's labels. Choose one of them, or reject the call.");
            }

            draft.Settle(words.Output, current.UserName, Now);
        }, ct);
    }

    public async Task RejectAsync(string projectId, string trafficDraftId, CancellationToken ct)
    {
        current.Require(Permission.ReviewRows);
        await ChangeAsync(projectId, trafficDraftId, "traffic.rejected", (_, draft) => Done(() => draft.Reject("", current.UserName, Now)), ct);
    }

    /// <summary>Lets a call wait again, after it was settled or rejected.</summary>
    public async Task ReopenAsync(string projectId, string trafficDraftId, CancellationToken ct)
    {
        current.Require(Permission.ReviewRows);
        await ChangeAsync(projectId, trafficDraftId, "traffic.reopened", (_, draft) => Done(draft.Reopen), ct);
    }

    /// <summary>Makes rows of all that is settled. What is nearly a row that there is teaches nothing, or what is kept aside, and is rejected.</summary>
    public async Task<TrafficAdded> AddSettledAsync(string projectId, CancellationToken ct)
    {
        current.Require(Permission.ReadRows);
        current.RequireChange();
        await projects.GetAsync(projectId, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var settled = await db.TrafficDrafts.AsNoTracking().Where(d => d.ProjectId == projectId && d.State == TrafficState.Settled).OrderBy(d => d.CalledAt).ThenBy(d => d.Id).ToListAsync(ct);
        if (settled.Count > 0 && await RowService.FindImportAsync(db, projectId, ct) is null)
        {
            throw new PortalException("There is no dataset to add rows to. Import a file first; what was settled waits here.");
        }

        var (added, alike, left, why) = (0, 0, 0, "");
        foreach (var draft in settled)
        {
            try
            {
                await edits.AddTrafficAsync(draft, ct);
                added++;
            }
            catch (TooAlikeException)
            {
                await ChangeAsync(projectId, draft.Id, "traffic.rejected", (_, one) => Done(() => one.Reject("Too like a row that there is, perhaps one that is kept aside for tests.", current.UserName, Now)), ct);
                alike++;
            }
            catch (PortalException refused) when (refused is not ForbiddenException)
            {
                (left, why) = (left + 1, refused.Message);
            }
        }

        return new TrafficAdded(added, alike, left, why);
    }

    internal static async Task<TrafficCounts> CountAsync(PortalDbContext db, string projectId, CancellationToken ct)
    {
        var counts = await db.TrafficDrafts.Where(d => d.ProjectId == projectId).GroupBy(d => d.State).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct);
        return new TrafficCounts(counts.GetValueOrDefault(TrafficState.Open), counts.GetValueOrDefault(TrafficState.Settled), counts.GetValueOrDefault(TrafficState.Added), counts.GetValueOrDefault(TrafficState.Rejected));
    }

    private static async Task<IReadOnlyList<string>> LabelsAsync(PortalDbContext db, string projectId, TaskDefinition task, CancellationToken ct) =>
        await RowService.FindImportAsync(db, projectId, ct) is { } import ? await RowService.LabelsOfAsync(db, import.Id, task, ct) : task.Kind is TaskKind.Classify ? task.Labels : [];

    private static Task Done(Action act)
    {
        act();
        return Task.CompletedTask;
    }

    private async Task ChangeAsync(string projectId, string draftId, string action, Func<PortalDbContext, TrafficDraft, Task> change, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var draft = await db.TrafficDrafts.SingleOrDefaultAsync(d => d.Id == draftId && d.ProjectId == projectId, ct) ?? throw new NotFoundException("call");
        if (draft.State is TrafficState.Added)
        {
            throw new PortalException($"This call is row {draft.RowNumber?.ToString("N0", CultureInfo.InvariantCulture)} by now. Change it there.");
        }

        await change(db, draft);
        db.Audit(action, new AuditTarget("call", draft.Id, $"call {draft.ResponseId}", projectId));
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            throw new PortalException("Somebody else has just changed this call. Load the page again.");
        }
    }
}
