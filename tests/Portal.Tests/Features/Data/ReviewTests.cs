using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Features.Tenancy;
using Xunit;

namespace Portal.Tests.Features.Data;

public sealed class ReviewTests : IDisposable
{
    private readonly DataKit _kit = new();

    public void Dispose() => _kit.Dispose();

    [Fact]
    public async Task Review_BlindByTwo_ShowsNobodyMoreThanTheirQueueAndSettlesIntoEdits()
    {
        var projectId = await _kit.CreateProjectAsync();
        await _kit.ImportAsync(projectId, DataKit.Csv(60));
        As("usr_editor", MemberRole.Editor);
        var review = await _kit.Reviews.AskAsync(projectId, new ReviewRequest("Labels of November", 6, 2, true, new RowQuery(Label: "card")), CancellationToken.None);
        Assert.Equal(6, review.RowCount);

        await AnswerAllAsync(review.Id, "usr_a", _ => "card");
        As("usr_a", MemberRole.Reviewer);
        Assert.Null((await _kit.ReviewQueue.GetAsync(review.Id, null, CancellationToken.None)).Place);
        await Assert.ThrowsAsync<ForbiddenException>(() => _kit.Rows.ListAsync(projectId, new RowQuery(), CancellationToken.None));
        await Assert.ThrowsAsync<ForbiddenException>(() => _kit.ReviewResults.GetAsync(review.Id, null, CancellationToken.None));
        await Assert.ThrowsAsync<ForbiddenException>(() => _kit.Reviews.AskAsync(projectId, new ReviewRequest("Mine", 1, 1, true, new RowQuery()), CancellationToken.None));

        As("usr_b", MemberRole.Reviewer);
        var first = await _kit.ReviewQueue.GetAsync(review.Id, null, CancellationToken.None);
        Assert.Equal((1, null, null, 6, 0), (first.Place, first.Output, first.Mine, first.Waiting, first.Done));
        await Assert.ThrowsAsync<PortalException>(() => _kit.ReviewQueue.AnswerAsync(review.Id, 1, new ReviewDraft(ReviewVerdict.Agrees), CancellationToken.None));
        await Assert.ThrowsAsync<PortalException>(() => _kit.ReviewQueue.AnswerAsync(review.Id, 1, new ReviewDraft(ReviewVerdict.Says, "no such label"), CancellationToken.None));
        await AnswerAllAsync(review.Id, "usr_b", place => place <= 2 ? "transfer" : "card");

        // Two have answered every row: a third has nothing to do, and the second may still change what they said.
        As("usr_c", MemberRole.Reviewer);
        Assert.Null((await _kit.ReviewQueue.GetAsync(review.Id, null, CancellationToken.None)).Place);
        await Assert.ThrowsAsync<NotFoundException>(() => _kit.ReviewQueue.GetAsync(review.Id, 1, CancellationToken.None));
        await Assert.ThrowsAsync<NotFoundException>(() => _kit.ReviewQueue.AnswerAsync(review.Id, 1, new ReviewDraft(ReviewVerdict.Says, "card"), CancellationToken.None));
        As("usr_b", MemberRole.Reviewer);
        await _kit.ReviewQueue.AnswerAsync(review.Id, 2, new ReviewDraft(ReviewVerdict.Skips, Comment: "cannot say"), CancellationToken.None);

        As("usr_editor", MemberRole.Editor);
        var results = await _kit.ReviewResults.GetAsync(review.Id, null, CancellationToken.None);
        var pair = Assert.Single(results.Pairs);
        Assert.Equal((6, 12, 1, 5, 4), (results.Complete, results.Answers, results.Skips, pair.Kappa.N, pair.Kappa.Agreed));
        Assert.Equal(["card", "transfer"], results.Matrix!.Categories);
        Assert.Equal([[4, 1], [0, 0]], results.Matrix.Counts);
        var conflict = Assert.Single(results.Conflicts);
        Assert.Equal(["transfer"], conflict.Proposals);

        Assert.False(await _kit.ReviewResults.SettleAsync(review.Id, conflict.Number, conflict.Revision + 1, "transfer", CancellationToken.None));
        Assert.True(await _kit.ReviewResults.SettleAsync(review.Id, conflict.Number, conflict.Revision, "transfer", CancellationToken.None));
        var row = await _kit.Rows.GetAsync(projectId, conflict.Number, CancellationToken.None);
        Assert.Equal(("transfer", "Review \"Labels of November\", as usr_b said"), (row.Output, row.History[0].Note));
        results = await _kit.ReviewResults.GetAsync(review.Id, null, CancellationToken.None);
        Assert.Equal((1, 0), (results.Settled, results.ConflictCount));

        await _kit.Reviews.CloseAsync(review.Id, CancellationToken.None);
        As("usr_b", MemberRole.Reviewer);
        await Assert.ThrowsAsync<PortalException>(() => _kit.ReviewQueue.AnswerAsync(review.Id, 1, new ReviewDraft(ReviewVerdict.Skips), CancellationToken.None));
        Assert.Equal(0, Assert.Single(await _kit.Reviews.ListAsync(projectId, CancellationToken.None)).Waiting);
        await Assert.ThrowsAsync<NotFoundException>(() => _kit.AsStranger().ReviewQueue.GetAsync(review.Id, null, CancellationToken.None));
    }

    [Fact]
    public async Task Review_OfARowSealedSince_IsShownToNobody()
    {
        var projectId = await _kit.CreateProjectAsync();
        await _kit.ImportAsync(projectId, DataKit.Csv(40));
        var review = await _kit.Reviews.AskAsync(projectId, new ReviewRequest("All", 40, 1, false, new RowQuery()), CancellationToken.None);
        var version = await _kit.FreezeAsync(projectId);

        var item = await _kit.ReviewQueue.GetAsync(review.Id, null, CancellationToken.None);

        Assert.Equal(40 - version.TestCount, item.Waiting);
        Assert.NotNull(item.Output);
        await using var db = _kit.Database.CreateDbContext();
        var frozen = db.FrozenExamples;
        var place = await db.ReviewRows.Where(r => frozen.Any(f => f.Split == Split.Test && f.Number == r.Number)).Select(r => r.Place).FirstAsync(CancellationToken.None);
        await Assert.ThrowsAsync<NotFoundException>(() => _kit.ReviewQueue.GetAsync(review.Id, place, CancellationToken.None));
        await Assert.ThrowsAsync<NotFoundException>(() => _kit.ReviewQueue.AnswerAsync(review.Id, place, new ReviewDraft(ReviewVerdict.Agrees), CancellationToken.None));
        Assert.Equal(40 - version.TestCount, (await _kit.Reviews.AskAsync(projectId, new ReviewRequest("Again", 40, 1, false, new RowQuery()), CancellationToken.None)).RowCount);
    }

    private async Task AnswerAllAsync(string reviewId, string userId, Func<int, string> label)
    {
        As(userId, MemberRole.Reviewer);
        for (var item = await _kit.ReviewQueue.GetAsync(reviewId, null, CancellationToken.None); item.Place is { } place; item = await _kit.ReviewQueue.GetAsync(reviewId, null, CancellationToken.None))
        {
            await _kit.ReviewQueue.AnswerAsync(reviewId, place, new ReviewDraft(ReviewVerdict.Says, label(place)), CancellationToken.None);
        }
    }

    private void As(string userId, MemberRole role) => _kit.Current.Enter(
        new Membership("org_test", "Northwind", "northwind", TenantKind.Customer, role), new ClaimsPrincipal(new ClaimsIdentity([new Claim(PortalClaims.UserId, userId), new Claim("name", userId)], "test")));
}
