using Microsoft.EntityFrameworkCore;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>What a reviewer says about a row.</summary>
public sealed record ReviewDraft(ReviewVerdict Verdict, string Output = "", string Comment = "");

/// <summary>One row of a reviewer's queue and nothing beside it: not what the others said, and in a blind review not what the row says.</summary>
/// <param name="Review">The review.</param>
/// <param name="Place">Its place; null where the queue is empty.</param>
public sealed record ReviewItem(Review Review, int? Place)
{
    public string ProjectName { get; init; } = "";

    public int Number { get; init; }

    public string Input { get; init; } = "";

    public string System { get; init; } = "";

    /// <summary>The row's output; null in a blind review.</summary>
    public string? Output { get; init; }

    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>What the reviewer said before, to be changed.</summary>
    public ReviewDraft? Mine { get; init; }

    public int? Previous { get; init; }

    public int? Next { get; init; }

    public int Done { get; init; }

    public int Waiting { get; init; }
}

/// <summary>A reviewer's own queue. Whoever may review needs no other right, and sees no other row.</summary>
public sealed class ReviewQueueService(IDbContextFactory<PortalDbContext> dbs, CurrentMember current, ProjectService projects, TimeProvider time)
{
    /// <summary>The rows that one person has answered, or that are still open to them.</summary>
    internal static IQueryable<ReviewRow> QueueOf(PortalDbContext db, Review review, string userId)
    {
        var (answers, asked) = (db.ReviewAnswers.Where(a => a.ReviewId == review.Id), review.ReviewersPerRow);
        return db.ReviewRows.AsNoTracking().Where(r => r.ReviewId == review.Id
            && (answers.Any(a => a.Number == r.Number && a.UserId == userId) || answers.Count(a => a.Number == r.Number) < asked));
    }

    /// <summary>The row at a place; without one, the first that waits.</summary>
    public async Task<ReviewItem> GetAsync(string reviewId, int? place, CancellationToken ct)
    {
        current.Require(Permission.ReviewRows);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var review = await db.Reviews.AsNoTracking().SingleOrDefaultAsync(r => r.Id == reviewId, ct) ?? throw new NotFoundException("review");
        var (project, task) = await projects.GetAsync(review.ProjectId, ct);
        var (userId, answers) = (current.UserId, db.ReviewAnswers.Where(a => a.ReviewId == reviewId));
        // A row that a version has sealed since is shown to nobody any more.
        var unsealed = (await SealedRows.OfAsync(db, review.ImportId, ct)).Without(db, db.Examples.AsNoTracking().Where(e => e.ImportId == review.ImportId));
        var queue = QueueOf(db, review, userId).Where(r => unsealed.Any(e => e.Number == r.Number));
        var open = queue.Where(r => !answers.Any(a => a.Number == r.Number && a.UserId == userId));
        var found = place is { } at ? await queue.SingleOrDefaultAsync(r => r.Place == at, ct) : await open.OrderBy(r => r.Place).FirstOrDefaultAsync(ct);
        var item = new ReviewItem(review, found?.Place) { ProjectName = project.Name, Done = await answers.CountAsync(a => a.UserId == userId, ct), Waiting = review.ClosedAt is null ? await open.CountAsync(ct) : 0 };
        if (found is null || (review.ClosedAt is not null && place is null))
        {
            return place is null ? item with { Place = null } : throw new NotFoundException("row");
        }

        var row = await unsealed.SingleAsync(e => e.Number == found.Number, ct);
        var mine = await answers.AsNoTracking().SingleOrDefaultAsync(a => a.Number == found.Number && a.UserId == userId, ct);
        return item with
        {
            Number = row.Number,
            Input = row.Input,
            System = row.System,
            Output = review.IsBlind ? null : row.Output,
            Labels = await RowService.LabelsOfAsync(db, review.ImportId, task, ct),
            Mine = mine is null ? null : new ReviewDraft(mine.Verdict, mine.Output, mine.Comment),
            Previous = await queue.Where(r => r.Place < found.Place).MaxAsync(r => (int?)r.Place, ct),
            Next = await queue.Where(r => r.Place > found.Place).MinAsync(r => (int?)r.Place, ct),
        };
    }

    /// <summary>Says something about a row, or says it anew.</summary>
    public async Task AnswerAsync(string reviewId, int place, ReviewDraft draft, CancellationToken ct)
    {
        current.Require(Permission.ReviewRows);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var review = await db.Reviews.AsNoTracking().SingleOrDefaultAsync(r => r.Id == reviewId, ct) ?? throw new NotFoundException("review");
        var row = await QueueOf(db, review, current.UserId).SingleOrDefaultAsync(r => r.Place == place, ct) ?? throw new NotFoundException("row");
        var unsealed = (await SealedRows.OfAsync(db, review.ImportId, ct)).Without(db, db.Examples.Where(e => e.ImportId == review.ImportId && e.Number == row.Number));
        var output = await unsealed.Select(e => e.Output).SingleOrDefaultAsync(ct) ?? throw new NotFoundException("row");
        await CheckAsync(db, review, draft, ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var answers = db.ReviewAnswers.Where(a => a.ReviewId == reviewId && a.Number == row.Number);
        var slot = await answers.Where(a => a.UserId == current.UserId).Select(a => (int?)a.Slot).SingleOrDefaultAsync(ct);
        await answers.Where(a => a.UserId == current.UserId).ExecuteDeleteAsync(ct);
        var taken = await answers.Select(a => a.Slot).ToListAsync(ct);
        slot ??= Enumerable.Range(0, review.ReviewersPerRow).Except(taken).Select(s => (int?)s).FirstOrDefault();
        db.ReviewAnswers.Add(new ReviewAnswer
        {
            ReviewId = reviewId, Number = row.Number, UserId = current.UserId, UserName = current.UserName, Verdict = draft.Verdict, Comment = draft.Comment.Trim(), At = time.GetUtcNow().UtcDateTime,
            Output = draft.Verdict switch { ReviewVerdict.Says => draft.Output, ReviewVerdict.Agrees => output, _ => "" },
            Slot = slot ?? throw new PortalException("Others have just answered this row, so it needs you no more. Go on to the next."),
        });
        db.Audit("review.answered", review.AsTarget(), $"Row {row.Number}: {draft.Verdict}");
        try
        {
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
        }
        catch (DbUpdateException)
        {
            throw new PortalException("Somebody else has just answered this row. Load it again.");
        }
    }

    private async Task CheckAsync(PortalDbContext db, Review review, ReviewDraft draft, CancellationToken ct)
    {
        var why = draft switch
        {
            _ when review.ClosedAt is not null => "This review was ended, so nothing more is answered.",
            { Verdict: ReviewVerdict.Agrees or ReviewVerdict.Disagrees } when review.IsBlind => "In a blind review nobody is shown the row's answer, so there is nothing to agree with. Say what is right, or skip the row.",
            { Verdict: ReviewVerdict.Says } when string.IsNullOrWhiteSpace(draft.Output) => "Say what is right, or skip the row.",
            { Comment.Length: > ReviewAnswer.CommentLength } => $"The comment is longer than {ReviewAnswer.CommentLength:N0} characters. Shorten it.",
            _ when draft.Output.Length > RowDraft.MaximumLength || (draft.Output + draft.Comment).Contains('\0') => "The answer is too long, or holds a NUL character. Correct it.",
            _ => "",
        };
        if (why is "" && draft.Verdict is ReviewVerdict.Says && await LabelsAsync(db, review, ct) is { Count: > 0 } labels && !labels.Contains(draft.Output))
        {
            why = "That is none of the task's labels. Choose one of them, or skip the row and say in the comment which is missing.";
        }

        if (why is not "")
        {
            throw new PortalException(why);
        }
    }

    private async Task<IReadOnlyList<string>> LabelsAsync(PortalDbContext db, Review review, CancellationToken ct)
    {
        var (_, task) = await projects.GetAsync(review.ProjectId, ct);
        return await RowService.LabelsOfAsync(db, review.ImportId, task, ct);
    }
}
