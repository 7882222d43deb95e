using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Features.Billing;
using Portal.Features.Define;
using Portal.Features.Deploy;
using Portal.Persistence;
using Endpoint = Portal.Features.Deploy.Endpoint;

namespace Portal.Features.Monitor;

public enum Thumb
{
    None,
    Up,
    Down,
}

/// <summary>What somebody says about an answer; what is null is left out.</summary>
public sealed record FeedbackDraft(Thumb Thumb, double? Score, string Comment, string Correction)
{
    public const int CommentLength = 2_000;
    public const int CorrectionLength = 20_000;

    public bool HasText => Comment is not "" || Correction is not "";

    public static FeedbackDraft Of(bool isGood) => new(isGood ? Thumb.Up : Thumb.Down, null, "", "");

    public void Require()
    {
        _ = this switch
        {
            { Thumb: Thumb.None, Score: null, Comment: "", Correction: "" } => throw new PortalException("Say something about the answer: a thumb, a score, a comment or the corrected answer."),
            { Score: { } score } when score is not (>= 0 and <= 1) => throw new PortalException("score must be between 0 and 1."),
            { Comment.Length: > CommentLength } => throw new PortalException($"comment is longer than {CommentLength:N0} characters."),
            { Correction.Length: > CorrectionLength } => throw new PortalException($"correctedAnswer is longer than {CorrectionLength:N0} characters."),
            _ when (Comment + Correction).Contains('\0', StringComparison.Ordinal) => throw new PortalException("A text holds a NUL character. Remove it."),
            _ => true,
        };
    }
}

/// <summary>What is thought of one answer. Said again it takes the place of what was said before.</summary>
public sealed class AnswerFeedback : TenantOwned, IVersioned
{
    /// <summary>Below it a score says that the answer was bad.</summary>
    public const double BadScore = 0.5;

    /// <summary>Disliked or corrected.</summary>
    public static Expression<Func<AnswerFeedback, bool>> IsWrong => f => f.Thumb == Thumb.Down || f.Score < BadScore || f.Correction != "";

    public required string ProjectId { get; init; }

    public required string EndpointId { get; init; }

    public required string DeploymentId { get; init; }

    public required string ResponseId { get; init; }

    /// <summary>Whether the answer was given to a caller's key or at the playground.</summary>
    public required UsageSource Source { get; init; }

    public Thumb Thumb { get; private set; }

    /// <summary>Between 0, worthless, and 1, perfect.</summary>
    public double? Score { get; private set; }

    public string Comment { get; private set; } = "";

    /// <summary>What would have been the right answer. Like the comment it is kept only while the organisation keeps texts, redacted.</summary>
    public string Correction { get; private set; } = "";

    public DateTime? TextExpiresAt { get; private set; }

    /// <summary>When the answer was given: figures over time count it there.</summary>
    public required DateTime AnsweredAt { get; init; }

    public DateTime At { get; private set; }

    public long Version { get; private set; }

    public void Say(FeedbackDraft draft, DateTime? textExpiresAt, DateTime now)
    {
        (Thumb, Score, Comment, Correction) = (draft.Thumb, draft.Score, draft.Comment, draft.Correction);
        (TextExpiresAt, At) = (draft.HasText ? textExpiresAt : null, now);
    }
}

internal sealed class AnswerFeedbackMapping : IEntityTypeConfiguration<AnswerFeedback>
{
    public void Configure(EntityTypeBuilder<AnswerFeedback> builder)
    {
        builder.HasPublicId("fbk");
        builder.Property(f => f.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(f => f.EndpointId).HasMaxLength(PublicId.MaxLength);
        builder.Property(f => f.DeploymentId).HasMaxLength(PublicId.MaxLength);
        builder.Property(f => f.ResponseId).HasMaxLength(PublicId.MaxLength);
        builder.Property(f => f.Comment).HasMaxLength(FeedbackDraft.CommentLength * 2);
        builder.Property(f => f.Correction).HasMaxLength(Mapping.LongText);
        builder.BelongsTo<AnswerFeedback, Project>(nameof(AnswerFeedback.ProjectId));
        builder.BelongsTo<AnswerFeedback, Endpoint>(nameof(AnswerFeedback.EndpointId));
        builder.BelongsTo<AnswerFeedback, Deployment>(nameof(AnswerFeedback.DeploymentId));
        builder.HasIndex(f => new { f.TenantId, f.ResponseId }).IsUnique();
        builder.HasIndex(f => new { f.TenantId, f.EndpointId, f.AnsweredAt });
        builder.HasIndex(f => f.TextExpiresAt);
    }
}
