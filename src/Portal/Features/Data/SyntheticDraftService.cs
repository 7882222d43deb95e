using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>A page of drafts of a run, with how many there are.</summary>
public sealed record DraftPage(IReadOnlyList<SyntheticDraft> Drafts, int Total);

/// <summary>The drafts of a run: somebody reads each and says yes or no, and what is accepted becomes a row like one added by hand.</summary>
public sealed class SyntheticDraftService(IDbContextFactory<PortalDbContext> dbs, CurrentMember current, ProjectService projects, RowEditService edits, TimeProvider time)
{
    public const int PageSize = 25;

    public bool MayDecide => current.May(Permission.ReadRows) && current.MayChange();

    /// <param name="state">Null for all.</param>
    public async Task<DraftPage> ListAsync(string projectId, string augmentationId, DraftState? state, int page, CancellationToken ct)
    {
        current.Require(Permission.ReadRows);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var run = await FindRunAsync(db, projectId, augmentationId, ct);
        var drafts = db.SyntheticDrafts.AsNoTracking().Where(d => d.AugmentationId == run.Id && (state == null || d.State == state));
        return new DraftPage(await drafts.OrderBy(d => d.Place).Skip(Math.Max(0, page) * PageSize).Take(PageSize).ToListAsync(ct), await drafts.CountAsync(ct));
    }

    public async Task<SyntheticDraft> GetAsync(string projectId, string augmentationId, string syntheticDraftId, CancellationToken ct)
    {
        current.Require(Permission.ReadRows);
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await FindAsync(db, await FindRunAsync(db, projectId, augmentationId, ct), syntheticDraftId, ct);
    }

    /// <summary>Other words for a draft. What a person has made of it stays synthetic.</summary>
    public async Task EditAsync(string projectId, string augmentationId, string syntheticDraftId, string input, string output, CancellationToken ct)
    {
        RequireDecide();
        await edits.RequireLabelAsync(projectId, new RowDraft(input, output), ct);
        var words = new RowDraft(input, output).Over(null);
        await ChangeAsync(projectId, augmentationId, [syntheticDraftId], "draft.edited", draft => draft.Edit(words.Input, words.Output), ct);
    }

    public Task RejectAsync(string projectId, string augmentationId, string syntheticDraftId, CancellationToken ct) => RejectManyAsync(projectId, augmentationId, [syntheticDraftId], ct);

    /// <summary>All of them, or none where one is decided about by now.</summary>
    /// <param name="projectId">The project.</param>
    /// <param name="augmentationId">The run.</param>
    /// <param name="syntheticDraftIds">Null for all that wait.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>How many were rejected.</returns>
    public async Task<int> RejectManyAsync(string projectId, string augmentationId, IReadOnlyList<string>? syntheticDraftIds, CancellationToken ct)
    {
        RequireDecide();
        return await ChangeAsync(projectId, augmentationId, syntheticDraftIds, "draft.rejected", draft => draft.Reject(current.UserName, time.GetUtcNow().UtcDateTime), ct);
    }

    /// <summary>Takes a no back.</summary>
    public async Task ReopenAsync(string projectId, string augmentationId, string syntheticDraftId, CancellationToken ct)
    {
        RequireDecide();
        await using var db = await dbs.CreateDbContextAsync(ct);
        var run = await FindRunAsync(db, projectId, augmentationId, ct);
        var draft = await FindAsync(db, run, syntheticDraftId, ct);
        if (draft.State is DraftState.Rejected)
        {
            draft.Reopen();
            db.Audit("draft.reopened", run.AsTarget(), Numbered([draft]));
            await db.SaveChangesAsync(ct);
        }
    }

    /// <summary>Makes a draft a row. One that is a row already stays the row it is.</summary>
    /// <returns>The row's number.</returns>
    public async Task<int> AcceptAsync(string projectId, string augmentationId, string syntheticDraftId, CancellationToken ct)
    {
        RequireDecide();
        await using var db = await dbs.CreateDbContextAsync(ct);
        var run = await FindRunAsync(db, projectId, augmentationId, ct);
        var draft = await FindAsync(db, run, syntheticDraftId, ct);
        return draft.State is DraftState.Accepted && draft.RowNumber is { } number ? number : await edits.AddSyntheticAsync(run, draft, null, ct);
    }

    /// <summary>Makes rows of drafts. One that has become too like another row is left waiting, and one that is a row already stays the row it is.</summary>
    /// <param name="projectId">The project.</param>
    /// <param name="augmentationId">The run.</param>
    /// <param name="syntheticDraftIds">Null for all that wait.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>How many became rows, and how many still wait.</returns>
    public async Task<(int Accepted, int Left)> AcceptManyAsync(string projectId, string augmentationId, IReadOnlyList<string>? syntheticDraftIds, CancellationToken ct)
    {
        RequireDecide();
        await using var db = await dbs.CreateDbContextAsync(ct);
        var run = await FindRunAsync(db, projectId, augmentationId, ct);
        var open = (await FindManyAsync(db.SyntheticDrafts.AsNoTracking(), run, syntheticDraftIds, ct)).Where(d => d.State is not DraftState.Accepted).ToList();
        RequireOpen(open);
        if (open.Count is 0)
        {
            return (0, 0);
        }

        var (accepted, likeness) = (0, await DraftLikeness.ReadAsync(db, run, open, ct));
        foreach (var draft in open)
        {
            try
            {
                await edits.AddSyntheticAsync(run, draft, likeness, ct);
                accepted++;
            }
            catch (TooAlikeException)
            {
                // It waits for somebody to change or reject it.
            }
        }

        return (accepted, open.Count - accepted);
    }

    private void RequireDecide()
    {
        current.Require(Permission.ReadRows);
        current.RequireChange();
    }

    private async Task<int> ChangeAsync(string projectId, string augmentationId, IReadOnlyList<string>? draftIds, string action, Action<SyntheticDraft> change, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var run = await FindRunAsync(db, projectId, augmentationId, ct);
        var drafts = await FindManyAsync(db.SyntheticDrafts, run, draftIds, ct);
        RequireOpen(drafts);
        if (drafts.Count is 0)
        {
            return 0;
        }

        drafts.ForEach(change);
        db.Audit(action, run.AsTarget(), Numbered(drafts));
        try
        {
            await db.SaveChangesAsync(ct);
            return drafts.Count;
        }
        catch (DbUpdateConcurrencyException)
        {
            throw new PortalException("Somebody else has just changed this draft. Load the page again.");
        }
    }

    private static void RequireOpen(List<SyntheticDraft> drafts)
    {
        if (drafts.Exists(d => d.State is not DraftState.Open))
        {
            throw new PortalException("This draft was decided about in the meantime. Load the page again.");
        }
    }

    private static string Numbered(List<SyntheticDraft> drafts) => drafts is [var only]
        ? $"Draft {only.Place.ToString(CultureInfo.InvariantCulture)}" : $"{drafts.Count.ToString("N0", CultureInfo.InvariantCulture)} drafts";

    private async Task<Augmentation> FindRunAsync(PortalDbContext db, string projectId, string augmentationId, CancellationToken ct)
    {
        await projects.GetAsync(projectId, ct);
        return await db.Augmentations.AsNoTracking().SingleOrDefaultAsync(a => a.ProjectId == projectId && a.Id == augmentationId, ct) ?? throw new NotFoundException("augmentation");
    }

    private static async Task<SyntheticDraft> FindAsync(PortalDbContext db, Augmentation run, string draftId, CancellationToken ct) => (await FindManyAsync(db.SyntheticDrafts, run, [draftId], ct)).Single();

    /// <summary>By their ids, each of which must be there; by none, all that wait.</summary>
    private static async Task<List<SyntheticDraft>> FindManyAsync(IQueryable<SyntheticDraft> drafts, Augmentation run, IReadOnlyList<string>? ids, CancellationToken ct)
    {
        var ofRun = drafts.Where(d => d.AugmentationId == run.Id);
        var found = await (ids is null ? ofRun.Where(d => d.State == DraftState.Open) : ofRun.Where(d => ids.Contains(d.Id))).OrderBy(d => d.Place).ToListAsync(ct);
        return ids is null || ids.Distinct(StringComparer.Ordinal).Count() == found.Count ? found : throw new NotFoundException("draft");
    }
}
