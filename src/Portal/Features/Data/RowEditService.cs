using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>How an edit ended: saved, or not because somebody else was quicker. Then the row is shown as they left it and nothing typed is lost.</summary>
/// <param name="Row">The row as it is now.</param>
/// <param name="IsSaved">Whether it is what was sent.</param>
public sealed record RowSaved(RowDetail? Row, int Number, bool IsSaved);

/// <summary>Changes single rows, keeps what stood there before, and lets the rules look again before the row can enter a version.</summary>
public sealed class RowEditService(IDbContextFactory<PortalDbContext> dbs, CurrentMember current, ProjectService projects, RowService rows, TimeProvider time)
{
    private DateTime Now => time.GetUtcNow().UtcDateTime;

    private Actor Me => new(current.UserId, current.UserName, "", "", "");

    /// <param name="projectId">The project.</param>
    /// <param name="row">Its number.</param>
    /// <param name="revision">The one that was read: a row changed since is not overwritten.</param>
    /// <param name="draft">What it is to be.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<RowSaved> EditAsync(string projectId, int row, int revision, RowDraft draft, CancellationToken ct)
    {
        current.RequireChange();
        await RequireLabelAsync(projectId, draft, ct);
        return await ChangeAsync(projectId, row, revision, EditKind.Edited, draft.Note, draft.Releases, (before, _) => Task.FromResult(draft.Over(before.Content)), ct);
    }

    /// <summary>Puts a row back to what it was before one step of its history: a step of its own, so that it too can be undone.</summary>
    public Task<RowSaved> RestoreAsync(string projectId, int row, int revision, int step, CancellationToken ct)
    {
        current.RequireChange();
        return ChangeAsync(projectId, row, revision, EditKind.Restored, "", false, async (before, db) =>
        {
            var edit = await db.RowEdits.AsNoTracking().SingleOrDefaultAsync(e => e.ImportId == before.ImportId && e.Number == row && e.Revision == step && e.Change != EditKind.Added, ct);
            return RowWords.Of(edit ?? throw new NotFoundException("step"));
        }, ct);
    }

    /// <summary>Adds a row that somebody typed in, behind those of the file.</summary>
    public async Task<RowSaved> AddAsync(string projectId, RowDraft draft, CancellationToken ct)
    {
        current.RequireChange();
        await RequireLabelAsync(projectId, draft, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var import = await RowService.FindImportAsync(db, projectId, ct) ?? throw new PortalException("There is no dataset to add a row to. Import a file first.");
        var (number, verdict) = await JudgeNewAsync(db, import, draft, isAlone: false, ct);
        await AddAsync(db, import, new NewRow(number, RowOrigin.Hand, draft), verdict, _ => { }, ct);
        return new RowSaved(await FindAsync(db, import.Id, number, ct), number, true);
    }

    /// <summary>Makes a row of what a model wrote, and of the draft the record of where the row comes from: both or neither.</summary>
    /// <param name="run">That wrote it.</param>
    /// <param name="draft">What it wrote.</param>
    /// <param name="likeness">What is known already of the drafts that become rows together.</param>
    /// <param name="ct">Cancels.</param>
    internal async Task<int> AddSyntheticAsync(Augmentation run, SyntheticDraft draft, DraftLikeness? likeness, CancellationToken ct)
    {
        current.RequireChange();
        var row = RowDraft.Of(run, draft) with { Note = $"Written by {run.WriterName}{(draft.IsEdited ? ", and edited before it was accepted" : "")}" };
        await RequireLabelAsync(run.ProjectId, row, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var import = await RowService.FindImportAsync(db, run.ProjectId, ct);
        if (import?.Id != run.ImportId)
        {
            throw new PortalException("Another file has taken the place of the rows that these were written for, so they cannot become rows any more. Let the model write for the rows of now.");
        }

        var known = likeness is null ? null : await likeness.IsAlikeAsync(db, draft, ct);
        var (number, verdict) = known is true ? throw new TooAlikeException() : await JudgeNewAsync(db, import, row, isAlone: known is false, ct);
        if (verdict.IsAlike)
        {
            throw new TooAlikeException();
        }

        await AddAsync(db, import, new NewRow(number, RowOrigin.Synthetic, row), verdict, Take, ct);
        likeness?.Add(draft);
        return number;

        void Take(PortalDbContext saved)
        {
            var open = saved.SyntheticDrafts.Single(d => d.Id == draft.Id);
            if (open.State is not DraftState.Open || open.Version != draft.Version)
            {
                throw new PortalException("This draft was changed or decided about in the meantime. Load the page again.");
            }

            open.Accept(number, current.UserName, Now);
        }
    }

    /// <summary>Makes a row of a call that was settled, and of the draft the record of where the row comes from: both or neither.</summary>
    internal async Task<int> AddTrafficAsync(TrafficDraft draft, CancellationToken ct)
    {
        current.RequireChange();
        var row = new RowDraft(draft.Input, draft.Output) { Note = $"From a call to {draft.DeploymentName}, settled by {draft.SettledByName}" };
        await RequireLabelAsync(draft.ProjectId, row, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var import = await RowService.FindImportAsync(db, draft.ProjectId, ct) ?? throw new PortalException("There is no dataset to add rows to. Import a file first; what was settled waits here.");
        var (number, verdict) = await JudgeNewAsync(db, import, row, isAlone: false, ct);
        if (verdict.IsAlike)
        {
            throw new TooAlikeException();
        }

        await AddAsync(db, import, new NewRow(number, RowOrigin.Traffic, row) { SourceId = draft.ResponseId, DatedAt = draft.CalledAt }, verdict, Take, ct);
        return number;

        void Take(PortalDbContext saved)
        {
            var settled = saved.TrafficDrafts.Single(d => d.Id == draft.Id);
            if (settled.State is not TrafficState.Settled || settled.Version != draft.Version)
            {
                throw new PortalException("This call was changed or decided about in the meantime. Load the page again.");
            }

            settled.Add(import.Id, number, Now);
        }
    }

    private static async Task<(int Number, RowVerdict Verdict)> JudgeNewAsync(PortalDbContext db, DatasetImport import, RowDraft draft, bool isAlone, CancellationToken ct)
    {
        var number = (await db.Examples.Where(e => e.ImportId == import.Id).MaxAsync(e => (int?)e.Number, ct) ?? 0) + 1;
        return (number, await new RowRules(db, import.ProjectId, import.Id).JudgeAsync(number, draft.Over(null), isAlone, ct));
    }

    /// <param name="beside">What is saved with it.</param>
    private async Task AddAsync(PortalDbContext db, DatasetImport read, NewRow row, RowVerdict verdict, Action<PortalDbContext> beside, CancellationToken ct)
    {
        var (words, slice) = (row.Draft.Over(null), row.Draft.Slice.Trim());
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var import = await BeginAsync(db, read.ProjectId, read.Id, ct);
        db.Examples.Add(new Example
        {
            ImportId = import.Id, Number = row.Number, Input = words.Input, Output = words.Output, System = words.System, Slice = slice.Length <= 200 ? slice : slice[..200],
            Label = Example.LabelOf(words.Output), Origin = row.Origin, Revision = 1, SourceId = row.SourceId, DatedAt = row.DatedAt,
        });
        Record(db, import, row.Number, 1, EditKind.Added, new RowWords("", "", "", null), row.Draft.Note, row.Origin is RowOrigin.Hand ? ", by hand" : $". {row.Draft.Note}");
        import.Recount(import.ReadCount + 1, import.AcceptedCount + 1);
        beside(db);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException)
        {
            throw new PortalException("Somebody else has just changed these rows. Nothing was lost; add the row again.");
        }

        await SettleAsync(db, import, verdict, ct);
        await transaction.CommitAsync(ct);
    }

    private sealed record NewRow(int Number, RowOrigin Origin, RowDraft Draft)
    {
        public string SourceId { get; init; } = "";

        public DateTime? DatedAt { get; init; }
    }

    private async Task<RowSaved> ChangeAsync(
        string projectId, int row, int revision, EditKind change, string note, bool releases, Func<Example, PortalDbContext, Task<RowWords>> make, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var import = await RowService.FindImportAsync(db, projectId, ct) ?? throw new NotFoundException("row");
        var unsealed = (await SealedRows.OfAsync(db, import.Id, ct)).Without(db, db.Examples.AsNoTracking().Where(e => e.ImportId == import.Id && e.Number == row));
        var before = await unsealed.SingleOrDefaultAsync(ct) ?? throw new NotFoundException("row");
        var words = await make(before, db);
        if (before.Revision != revision)
        {
            return new RowSaved(await FindAsync(db, import.Id, row, ct), row, false);
        }

        if (words == RowWords.Of(before) && !releases)
        {
            return new RowSaved(await FindAsync(db, import.Id, row, ct), row, true);
        }

        var verdict = await new RowRules(db, projectId, import.Id).JudgeAsync(row, words, isAlone: false, ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        import = await BeginAsync(db, projectId, import.Id, ct);
        if (!await WriteAsync(db, before, words, ct))
        {
            await transaction.RollbackAsync(ct);
            return new RowSaved(await FindAsync(db, import.Id, row, ct), row, false);
        }

        Record(db, import, row, revision + 1, change, RowWords.Of(before), note);
        await db.SaveChangesAsync(ct);
        if (releases)
        {
            await ReleaseAsync(db, import, row, ct);
        }

        await SettleAsync(db, import, verdict, ct);
        await transaction.CommitAsync(ct);
        return new RowSaved(await FindAsync(db, import.Id, row, ct), row, true);
    }

    /// <summary>False where somebody was quicker.</summary>
    private static async Task<bool> WriteAsync(PortalDbContext db, Example before, RowWords words, CancellationToken ct)
    {
        // What could not be used can be now; a decision keeps out what it kept out.
        var (label, aside) = (Example.LabelOf(words.Output), before.SetAsideBy is { } rule && RowRules.Unusable.Contains(rule) ? null : before.SetAsideBy);
        var reason = aside is null ? "" : before.Reason;
        return await db.Examples.Where(e => e.ImportId == before.ImportId && e.Number == before.Number && e.Revision == before.Revision).ExecuteUpdateAsync(
            set => set.SetProperty(e => e.Input, words.Input).SetProperty(e => e.Output, words.Output).SetProperty(e => e.System, words.System).SetProperty(e => e.Content, words.Content)
                .SetProperty(e => e.Label, label).SetProperty(e => e.SetAsideBy, aside).SetProperty(e => e.Reason, reason).SetProperty(e => e.Revision, e => e.Revision + 1), ct) is 1;
    }

    /// <summary>Inside the transaction: the same rows are still worked on, and nobody is freezing them.</summary>
    private async Task<DatasetImport> BeginAsync(PortalDbContext db, string projectId, string importId, CancellationToken ct)
    {
        await FindingService.RefuseFreezingAsync(db, importId, ct);
        if (!await db.Datasets.AnyAsync(d => d.ProjectId == projectId && d.WorkingImportId == importId, ct))
        {
            throw new PortalException("Another file has just taken the place of these rows. Load the page again.");
        }

        var import = await db.DatasetImports.SingleAsync(i => i.Id == importId, ct);
        import.Change(Now);
        return import;
    }

    private void Record(PortalDbContext db, DatasetImport import, int row, int revision, EditKind change, RowWords before, string note, string origin = "")
    {
        db.RowEdits.Add(new RowEdit
        {
            ImportId = import.Id, Number = row, Revision = revision, Change = change, Input = before.Input, Output = before.Output, System = before.System, Content = before.Content,
            Note = note.Trim() is { Length: <= RowEdit.NoteLength } shortened ? shortened : note.Trim()[..RowEdit.NoteLength], UserId = current.UserId, UserName = current.UserName, At = Now,
        });
        var action = change switch { EditKind.Added => "row.added", EditKind.Restored => "row.restored", _ => "row.edited" };
        db.Audit(action, new AuditTarget("row", import.Id, $"row {row.ToString(CultureInfo.InvariantCulture)}", import.ProjectId), $"In {import.FileName}, revision {revision}{origin}");
    }

    private async Task ReleaseAsync(PortalDbContext db, DatasetImport import, int row, CancellationToken ct)
    {
        await db.RowDecisions.Where(d => d.ImportId == import.Id && d.Number == row).ExecuteDeleteAsync(ct);
        db.RowDecisions.Add(new RowDecision { ImportId = import.Id, Number = row, Decision = FindingDecision.Keep, UserName = current.UserName });
        db.DecisionEntries.Add(new DecisionEntry
        {
            ImportId = import.Id, Title = $"Row {row.ToString("N0", CultureInfo.InvariantCulture)}, edited", Rows = 1, Decision = FindingDecision.Keep, UserId = current.UserId, UserName = current.UserName, At = Now,
        });
        await db.SaveChangesAsync(ct);
    }

    private async Task SettleAsync(PortalDbContext db, DatasetImport import, RowVerdict verdict, CancellationToken ct)
    {
        await verdict.WriteAsync(db, import.Id, Me, Now, ct);
        await RowStanding.WorkOutAsync(db, import, [.. verdict.Touched], ct);
        var (accepted, tooFew) = (import.AcceptedCount, FindingRule.TooFewRows);
        if (accepted >= FindingWords.FewestRows)
        {
            await db.Findings.Where(f => f.ImportId == import.Id && f.Rule == tooFew).ExecuteDeleteAsync(ct);
        }

        if (accepted >= FindingWords.AdvisedRows)
        {
            await db.Findings.Where(f => f.ImportId == import.Id && f.Rule == FindingRule.FewRows).ExecuteDeleteAsync(ct);
        }
    }

    internal async Task RequireLabelAsync(string projectId, RowDraft draft, CancellationToken ct)
    {
        var (_, task) = await projects.GetAsync(projectId, ct);
        if (task.Kind is TaskKind.Classify && draft.Parts.Count is 0 && await rows.LabelsAsync(projectId, ct) is { Count: > 0 } labels && !labels.Contains(draft.Output))
        {
            throw new PortalException($"\"{Short(draft.Output)}\" is none of the task's labels. Choose one of them, or add it under Define first.");
        }
    }

    private static async Task<RowDetail?> FindAsync(PortalDbContext db, string importId, int row, CancellationToken ct)
    {
        try
        {
            return await RowDetail.ReadAsync(db, importId, row, ct);
        }
        catch (NotFoundException)
        {
            // It is nearly a sealed row now, and so one itself.
            return null;
        }
    }

    private static string Short(string text) => text.Length > 60 ? text[..60] + "…" : text;
}
