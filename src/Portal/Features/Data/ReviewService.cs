using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>What to have reviewed: so many of the rows that match, drawn by lot.</summary>
public sealed record ReviewRequest(string Name, int Rows, int ReviewersPerRow, bool IsBlind, RowQuery Of);

/// <summary>A review with how far it is, for everybody and for whoever looks.</summary>
/// <param name="Review">The review.</param>
/// <param name="Answers">Given so far.</param>
/// <param name="Mine">Given by whoever looks.</param>
/// <param name="Waiting">Rows that wait for whoever looks.</param>
public sealed record ReviewProgress(Review Review, int Answers, int Mine, int Waiting)
{
    public int Asked => Review.RowCount * Review.ReviewersPerRow;
}

/// <summary>Asks for reviews, lists them and ends them.</summary>
public sealed class ReviewService(IDbContextFactory<PortalDbContext> dbs, CurrentMember current, TimeProvider time)
{
    public bool MayAsk => current.MayChange();

    public bool MayReadRows => current.May(Permission.ReadRows);

    /// <summary>The reviews of a project, the newest first.</summary>
    public async Task<IReadOnlyList<ReviewProgress>> ListAsync(string projectId, CancellationToken ct)
    {
        current.Require(Permission.ReviewRows);
        await using var db = await dbs.CreateDbContextAsync(ct);
        List<ReviewProgress> list = [];
        foreach (var review in await db.Reviews.AsNoTracking().Where(r => r.ProjectId == projectId).OrderByDescending(r => r.AskedAt).ThenByDescending(r => r.Id).Take(25).ToListAsync(ct))
        {
            var answers = db.ReviewAnswers.Where(a => a.ReviewId == review.Id);
            var mine = await answers.CountAsync(a => a.UserId == current.UserId, ct);
            var open = review.ClosedAt is null ? await ReviewQueueService.QueueOf(db, review, current.UserId).CountAsync(ct) - mine : 0;
            list.Add(new ReviewProgress(review, await answers.CountAsync(ct), mine, open));
        }

        return list;
    }

    /// <summary>Draws the rows and opens the queue to everybody who may review.</summary>
    public async Task<Review> AskAsync(string projectId, ReviewRequest request, CancellationToken ct)
    {
        current.RequireChange();
        var name = request.Name.Trim();
        if (name is "" || name.Length > Review.NameLength || request.Rows is < 1 or > Review.MaximumRows || request.ReviewersPerRow is < 1 or > Review.MaximumReviewers)
        {
            throw new PortalException($"A review needs a name of 1 to {Review.NameLength} characters, 1 to {Review.MaximumRows:N0} rows and 1 to {Review.MaximumReviewers} reviewers for each row.");
        }

        await using var db = await dbs.CreateDbContextAsync(ct);
        var import = await RowService.FindImportAsync(db, projectId, ct) ?? throw new PortalException("There are no rows to review yet. Import a file first.");
        var numbers = await (await RowService.MatchingAsync(db, import.Id, request.Of, ct)).Select(e => e.Number).ToListAsync(ct);
        if (numbers.Count is 0)
        {
            throw new PortalException("No row matches, so there is nothing to review. Take part of the filter away.");
        }

        var drawn = numbers.ToArray();
        RandomNumberGenerator.Shuffle<int>(drawn);
        drawn = drawn[..Math.Min(drawn.Length, request.Rows)];
        var review = new Review
        {
            ProjectId = projectId, ImportId = import.Id, Name = name, IsBlind = request.IsBlind, ReviewersPerRow = request.ReviewersPerRow, RowCount = drawn.Length,
            AskedByUserId = current.UserId, AskedByName = current.UserName, AskedAt = time.GetUtcNow().UtcDateTime,
        };
        db.Reviews.Add(review);
        db.ReviewRows.AddRange(drawn.Select((number, i) => new ReviewRow { ReviewId = review.Id, Number = number, Place = i + 1 }));
        db.Audit("review.asked", review.AsTarget(), $"{drawn.Length:N0} rows of {import.FileName}, {request.ReviewersPerRow} reviewers each{(request.IsBlind ? ", blind" : "")}");
        await db.SaveChangesAsync(ct);
        return review;
    }

    /// <summary>Ends a review as it stands.</summary>
    public async Task CloseAsync(string reviewId, CancellationToken ct)
    {
        current.RequireChange();
        await using var db = await dbs.CreateDbContextAsync(ct);
        var review = await db.Reviews.SingleOrDefaultAsync(r => r.Id == reviewId, ct) ?? throw new NotFoundException("review");
        if (review.ClosedAt is null)
        {
            review.Close(time.GetUtcNow().UtcDateTime);
            db.Audit("review.closed", review.AsTarget());
            await db.SaveChangesAsync(ct);
        }
    }
}
