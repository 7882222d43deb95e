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

    /// <summary>Other words for a draft. What a person has made of it stays synthetic.</summary>
    public async Task EditAsync(string projectId, string augmentationId, string syntheticDraftId, string input, string output, CancellationToken ct)
    {
        RequireDecide();
        await edits.RequireLabelAsync(projectId, new RowDraft(input, output), ct);
        var words = new RowDraft(input, output).Over(null);
        await ChangeAsync(projectId, augmentationId, syntheticDraftId, draft => draft.Edit(words.Input, words.Output), ct);
    }

    public async Task RejectAsync(string projectId, string augmentationId, string syntheticDraftId, CancellationToken ct)
    {
        RequireDecide();
        await ChangeAsync(projectId, augmentationId, syntheticDraftId, draft => draft.Reject(current.UserName, time.GetUtcNow().UtcDateTime), ct);
    }

    /// <summary>Takes a no back.</summary>
    public async Task ReopenAsync(string projectId, string augmentationId, string syntheticDraftId, CancellationToken ct)
    {
        RequireDecide();
        await using var db = await dbs.CreateDbContextAsync(ct);
        var draft = await FindAsync(db, projectId, augmentationId, syntheticDraftId, ct);
        if (draft.State is DraftState.Rejected)
        {
            draft.Reopen();
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
        var draft = await FindAsync(db, projectId, augmentationId, syntheticDraftId, ct);
        return draft.State is DraftState.Accepted && draft.RowNumber is { } number ? number : await edits.AddSyntheticAsync(run, draft, ct);
    }

    /// <summary>Makes rows of all that wait. One that has become too like another row is left waiting.</summary>
    /// <returns>How many became rows, and how many still wait.</returns>
    public async Task<(int Accepted, int Left)> AcceptAllAsync(string projectId, string augmentationId, CancellationToken ct)
    {
        RequireDecide();
        await using var db = await dbs.CreateDbContextAsync(ct);
        var run = await FindRunAsync(db, projectId, augmentationId, ct);
        var open = await db.SyntheticDrafts.AsNoTracking().Where(d => d.AugmentationId == run.Id && d.State == DraftState.Open).OrderBy(d => d.Place).ToListAsync(ct);
        var accepted = 0;
        foreach (var draft in open)
        {
            try
            {
                await edits.AddSyntheticAsync(run, draft, ct);
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

    private async Task ChangeAsync(string projectId, string augmentationId, string draftId, Action<SyntheticDraft> change, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var draft = await FindAsync(db, projectId, augmentationId, draftId, ct);
        if (draft.State is not DraftState.Open)
        {
            throw new PortalException("This draft was decided about in the meantime. Load the page again.");
        }

        change(draft);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            throw new PortalException("Somebody else has just changed this draft. Load the page again.");
        }
    }

    private async Task<Augmentation> FindRunAsync(PortalDbContext db, string projectId, string augmentationId, CancellationToken ct)
    {
        await projects.GetAsync(projectId, ct);
        return await db.Augmentations.AsNoTracking().SingleOrDefaultAsync(a => a.ProjectId == projectId && a.Id == augmentationId, ct) ?? throw new NotFoundException("augmentation");
    }

    private async Task<SyntheticDraft> FindAsync(PortalDbContext db, string projectId, string augmentationId, string draftId, CancellationToken ct)
    {
        var run = await FindRunAsync(db, projectId, augmentationId, ct);
        return await db.SyntheticDrafts.SingleOrDefaultAsync(d => d.Id == draftId && d.AugmentationId == run.Id, ct) ?? throw new NotFoundException("draft");
    }
}
