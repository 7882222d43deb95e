using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Features.Deploy;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Monitor;

/// <summary>Feedback as it was taken: whether it is the first, and whether its words were kept.</summary>
public sealed record FeedbackTaken(AnswerFeedback Feedback, bool IsFirst, bool IsTextKept);

/// <summary>Takes what callers and members think of answers. Figures are always taken; words only where the organisation keeps texts.</summary>
public sealed class FeedbackService(IDbContextFactory<PortalDbContext> dbs, CurrentMember current, Redactor redactor, TimeProvider time) : IAnswerRater
{
    /// <summary>From whoever holds a key; another's answer is as unknown as one that never was.</summary>
    /// <param name="opens">Whether the key reaches this project's endpoint.</param>
    public Task<FeedbackTaken> TakeAsync(string responseId, FeedbackDraft draft, Func<string, string, bool> opens, CancellationToken ct) =>
        TakeAsync(responseId, draft, call => opens(call.EndpointId, call.ProjectId), audited: false, ct);

    public async Task RateAsync(string projectId, string responseId, bool isGood, CancellationToken ct)
    {
        current.Require(Permission.TryModel);
        await TakeAsync(responseId, FeedbackDraft.Of(isGood), call => call.ProjectId == projectId, audited: true, ct);
    }

    private async Task<FeedbackTaken> TakeAsync(string responseId, FeedbackDraft draft, Func<InferenceLog, bool> isTheirs, bool audited, CancellationToken ct)
    {
        draft.Require();
        await using var db = await dbs.CreateDbContextAsync(ct);
        var call = await db.InferenceLogs.AsNoTracking().SingleOrDefaultAsync(l => l.ResponseId == responseId, ct);
        if (call is null || !isTheirs(call))
        {
            throw new NotFoundException("answer");
        }

        if (call.Status >= 400)
        {
            throw new PortalException("This call was not answered, so there is no answer to say anything about.");
        }

        var choice = await CallBasis.ChoiceAsync(db, ct);
        var said = draft.HasText && choice.IsOn ? await RedactAsync(call.ProjectId, draft, ct) : draft with { Comment = "", Correction = "" };
        var now = time.GetUtcNow().UtcDateTime;
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await SaveAsync(call, said, now.AddDays(choice.Days), now, audited, ct);
            }
            catch (DbUpdateException) when (attempt < 3)
            {
                // The same answer was rated by another request at this moment; one after the other they both count.
            }
        }
    }

    private async Task<FeedbackTaken> SaveAsync(InferenceLog call, FeedbackDraft said, DateTime expiresAt, DateTime now, bool audited, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var feedback = await db.AnswerFeedback.SingleOrDefaultAsync(f => f.ResponseId == call.ResponseId, ct);
        var isFirst = feedback is null;
        feedback ??= db.AnswerFeedback.Add(new AnswerFeedback
        {
            ProjectId = call.ProjectId, EndpointId = call.EndpointId, DeploymentId = call.DeploymentId, ResponseId = call.ResponseId, Source = call.Source, AnsweredAt = call.At,
        }).Entity;
        if (isFirst || !IsSaid(feedback, said))
        {
            feedback.Say(said, expiresAt, now);
            if (audited)
            {
                db.Audit("answer.rated", new AuditTarget("answer", call.ResponseId, said.Thumb is Thumb.Up ? "good" : "bad", call.ProjectId));
            }

            await db.SaveChangesAsync(ct);
        }

        return new FeedbackTaken(feedback, isFirst, said.HasText);
    }

    private static bool IsSaid(AnswerFeedback feedback, FeedbackDraft said) =>
        new FeedbackDraft(feedback.Thumb, feedback.Score, feedback.Comment, feedback.Correction) == said;

    private async Task<FeedbackDraft> RedactAsync(string projectId, FeedbackDraft draft, CancellationToken ct)
    {
        return await Redacting.RunAsync(redactor, projectId,
            redaction => draft with { Comment = Short(redaction.Redact(draft.Comment, Redacting.All)), Correction = redaction.Redact(draft.Correction, Redacting.All) }, ct);

        // Placeholders may be longer than what they stand for.
        static string Short(string text) => text.Length <= FeedbackDraft.CommentLength * 2 ? text : text[..(FeedbackDraft.CommentLength * 2)];
    }
}
