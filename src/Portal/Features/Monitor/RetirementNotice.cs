using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Features.Define;
using Portal.Persistence;

namespace Portal.Features.Monitor;

/// <summary>The mail that a project's base model goes was written, so that it is written once for each mark. Another day for its end is another mail.</summary>
public sealed class RetirementNotice : TenantOwned
{
    public required string ProjectId { get; init; }

    public required string BaseModelId { get; init; }

    public required DateTime RetiresAt { get; init; }

    /// <summary>The mark that was passed: so many days before the end.</summary>
    public required int Days { get; init; }

    public required DateTime At { get; init; }
}

internal sealed class RetirementNoticeMapping : IEntityTypeConfiguration<RetirementNotice>
{
    public void Configure(EntityTypeBuilder<RetirementNotice> builder)
    {
        builder.HasPublicId("ret");
        builder.Property(n => n.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(n => n.BaseModelId).HasMaxLength(100);
        builder.BelongsTo<RetirementNotice, Project>(nameof(RetirementNotice.ProjectId));
        builder.HasIndex(n => new { n.TenantId, n.ProjectId, n.BaseModelId, n.RetiresAt, n.Days }).IsUnique();
    }
}
