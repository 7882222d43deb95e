using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>What a review came to, and what is made of it.</summary>
public sealed class ReviewResultService(IDbContextFactory<PortalDbContext> dbs, CurrentMember current, ProjectService projects, RowEditService edits)
{
    public const int ConflictsShown = 25;

    public bool MaySettle => current.MayChange();

    /// <param name="reviewId">The review.</param>
    /// <param name="pair">The key of the pair whose matrix is shown; the first one without it.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<ReviewResults> GetAsync(string reviewId, string? pair, CancellationToken ct)
    {
        current.Require(Permission.ReadRows);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var review = await db.Reviews.AsNoTracking().SingleOrDefaultAsync(r => r.Id == reviewId, ct) ?? throw new NotFoundException("review");
        var (project, task) = await projects.GetAsync(review.ProjectId, ct);
        var answers = await db.ReviewAnswers.AsNoTracking().Where(a => a.ReviewId == reviewId).OrderBy(a => a.Number).ThenBy(a => a.Slot).ToListAsync(ct);
        var numbers = answers.Select(a => a.Number).Distinct().ToList();
        var unsealed = (await SealedRows.OfAsync(db, review.ImportId, ct)).Without(db, db.Examples.AsNoTracking().Where(e => e.ImportId == review.ImportId && numbers.Contains(e.Number)));
        var outputs = await unsealed.Select(e => new { e.Number, e.Output }).ToDictionaryAsync(e => e.Number, e => e.Output, ct);
        var settled = await db.ReviewRows.Where(r => r.ReviewId == reviewId && r.Settlement != null).Select(r => r.Number).ToListAsync(ct);
        var said = answers.Where(a => a.Verdict is not ReviewVerdict.Skips).ToList();
        var isOfLabels = task.Kind is TaskKind.Classify;
        var pairs = Agreement.Pairs(said, isOfLabels, outputs);
        var shown = pairs.FirstOrDefault(p => p.Pair.Key == pair) is { Pair: not null } chosen ? chosen : pairs is [var first, ..] ? first : default;
        var open = said.Where(a => outputs.ContainsKey(a.Number) && !settled.Contains(a.Number)).GroupBy(a => a.Number)
            .Where(g => g.Any(a => a.Verdict is ReviewVerdict.Disagrees || a.Output.Trim() != outputs[a.Number].Trim())).ToList();
        var page = open.Take(ConflictsShown).ToDictionary(g => g.Key, g => g.ToList());
        var shownNumbers = page.Keys.ToList();
        var rows = await unsealed.Where(e => shownNumbers.Contains(e.Number)).OrderBy(e => e.Number).Select(e => new { e.Number, e.Revision, e.Input, e.Output, IsConversation = e.Content != null }).ToListAsync(ct);
        return new ReviewResults(
            review, answers.GroupBy(a => a.Number).Count(g => g.Count() >= review.ReviewersPerRow), answers.Count, answers.Count - said.Count, settled.Count, [.. pairs.Select(p => p.Pair)], shown.Pair, shown.Matrix,
            [.. rows.Select(r => new ReviewConflict(r.Number, r.Revision, r.Input, r.Output, r.IsConversation, [.. page[r.Number].Select(a => new ReviewOpinion(a.UserName, a.Verdict, a.Output, a.Comment))]))], open.Count) { ProjectName = project.Name };
    }

    /// <summary>Settles a row: one of the reviewers' answers becomes an edit of it, or (null) it stays as it is.</summary>
    /// <returns>False where the row was changed since it was shown; then nothing is settled.</returns>
    public async Task<bool> SettleAsync(string reviewId, int row, int revision, string? output, CancellationToken ct)
    {
        current.RequireChange();
        await using var db = await dbs.CreateDbContextAsync(ct);
        var review = await db.Reviews.AsNoTracking().SingleOrDefaultAsync(r => r.Id == reviewId, ct) ?? throw new NotFoundException("review");
        var answers = await db.ReviewAnswers.AsNoTracking().Where(a => a.ReviewId == reviewId && a.Number == row).ToListAsync(ct);
        if (answers.Count is 0)
        {
            throw new NotFoundException("row");
        }

        if (output is not null && !answers.Exists(a => a.Output.Trim() == output))
        {
            throw new PortalException("No reviewer has said that any more. Load the page again and choose from what they say now.");
        }

        if (output is not null)
        {
            var example = await db.Examples.AsNoTracking().SingleOrDefaultAsync(e => e.ImportId == review.ImportId && e.Number == row && e.Content == null, ct)
                ?? throw new PortalException("An answer of several turns is corrected in the row itself. Open the row, correct it, then keep it here.");
            var by = string.Join(", ", answers.Where(a => a.Output.Trim() == output).Select(a => a.UserName));
            var draft = new RowDraft(example.Input, output, example.System) { Note = $"Review \"{review.Name}\", as {by} said" };
            if (!(await edits.EditAsync(review.ProjectId, row, revision, draft, ct)).IsSaved)
            {
                return false;
            }
        }

        var (settlement, name) = (output is null ? Settlement.Kept : Settlement.Corrected, current.UserName);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.ReviewRows.Where(r => r.ReviewId == reviewId && r.Number == row)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.Settlement, (Settlement?)settlement).SetProperty(r => r.SettledByName, name), ct);
        db.Audit("review.settled", review.AsTarget(), $"Row {row.ToString(CultureInfo.InvariantCulture)}: {(output is null ? "kept as it is" : "corrected")}");
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return true;
    }
}
