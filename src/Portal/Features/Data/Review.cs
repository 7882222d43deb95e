using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Features.Define;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>A sample of rows that people are asked to judge, each by so many of them, none seeing what the others said.</summary>
public sealed class Review : TenantOwned
{
    public const int NameLength = 120;
    public const int MaximumRows = 2_000;
    public const int MaximumReviewers = 3;

    public required string ProjectId { get; init; }

    public required string ImportId { get; init; }

    public required string Name { get; init; }

    /// <summary>Reviewers are not shown the output that the row has.</summary>
    public required bool IsBlind { get; init; }

    public required int ReviewersPerRow { get; init; }

    public required int RowCount { get; init; }

    public string AskedByUserId { get; init; } = "";

    public string AskedByName { get; init; } = "";

    public required DateTime AskedAt { get; init; }

    /// <summary>From here on nobody answers any more.</summary>
    public DateTime? ClosedAt { get; private set; }

    public void Close(DateTime at) => ClosedAt ??= at;

    public AuditTarget AsTarget() => new("review", Id, Name, ProjectId);
}

public enum Settlement
{
    /// <summary>The row stays as it is.</summary>
    Kept,

    /// <summary>What a reviewer said became the row's output.</summary>
    Corrected,
}

/// <summary>A row of a review. Its texts are the row's own; nothing is copied.</summary>
public sealed class ReviewRow : ITenantOwned
{
    public string TenantId { get; private set; } = "";

    public required string ReviewId { get; init; }

    /// <summary>The row's number.</summary>
    public required int Number { get; init; }

    /// <summary>Its place in the queue, from 1; drawn by lot.</summary>
    public required int Place { get; init; }

    /// <summary>What an editor made of the answers.</summary>
    public Settlement? Settlement { get; init; }

    public string SettledByName { get; init; } = "";
}

public enum ReviewVerdict
{
    /// <summary>The row's output is right.</summary>
    Agrees,

    /// <summary>It is wrong, and what is right was not said.</summary>
    Disagrees,

    /// <summary>This is right: the label of a blind review, or a correction.</summary>
    Says,
    Skips,
}

/// <summary>What one person said about one row.</summary>
public sealed class ReviewAnswer : ITenantOwned
{
    public const int CommentLength = 1_000;

    public string TenantId { get; private set; } = "";

    public required string ReviewId { get; init; }

    public required int Number { get; init; }

    public required string UserId { get; init; }

    public required string UserName { get; init; }

    public required ReviewVerdict Verdict { get; init; }

    /// <summary>What the reviewer holds to be right, where it was said.</summary>
    public string Output { get; init; } = "";

    public string Comment { get; init; } = "";

    public required DateTime At { get; init; }

    /// <summary>Of the answers that a row is asked for which one this is, so that two people at once cannot both be the last.</summary>
    public required int Slot { get; init; }
}

internal sealed class ReviewMapping : IEntityTypeConfiguration<Review>
{
    public void Configure(EntityTypeBuilder<Review> builder)
    {
        builder.HasPublicId("rev");
        builder.Property(r => r.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(r => r.ImportId).HasMaxLength(PublicId.MaxLength);
        builder.Property(r => r.Name).HasMaxLength(Review.NameLength);
        builder.Property(r => r.AskedByUserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(r => r.AskedByName).HasMaxLength(200);
        builder.BelongsTo<Review, Project>(nameof(Review.ProjectId));
        builder.BelongsTo<Review, DatasetImport>(nameof(Review.ImportId));
        builder.HasIndex(r => new { r.TenantId, r.ProjectId, r.AskedAt });
    }
}

internal sealed class ReviewRowMapping : IEntityTypeConfiguration<ReviewRow>
{
    public void Configure(EntityTypeBuilder<ReviewRow> builder)
    {
        builder.HasKey(r => new { r.TenantId, r.ReviewId, r.Number });
        builder.Property(r => r.ReviewId).HasMaxLength(PublicId.MaxLength);
        builder.Property(r => r.Number).ValueGeneratedNever();
        builder.Property(r => r.SettledByName).HasMaxLength(200);
        builder.BelongsTo<ReviewRow, Review>(nameof(ReviewRow.ReviewId));
        builder.HasIndex(r => new { r.TenantId, r.ReviewId, r.Place }).IsUnique();
    }
}

internal sealed class ReviewAnswerMapping : IEntityTypeConfiguration<ReviewAnswer>
{
    public void Configure(EntityTypeBuilder<ReviewAnswer> builder)
    {
        builder.HasKey(a => new { a.TenantId, a.ReviewId, a.Number, a.UserId });
        builder.Property(a => a.ReviewId).HasMaxLength(PublicId.MaxLength);
        builder.Property(a => a.UserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(a => a.UserName).HasMaxLength(200);
        builder.Property(a => a.Output).HasMaxLength(Mapping.LongText);
        builder.Property(a => a.Comment).HasMaxLength(ReviewAnswer.CommentLength);
        builder.BelongsTo<ReviewAnswer, Review>(nameof(ReviewAnswer.ReviewId));
        builder.HasIndex(a => new { a.TenantId, a.ReviewId, a.Number, a.Slot }).IsUnique();
    }
}
