using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>One use of a version's sealed split. Each look makes its rows a little less unseen, so all are counted.</summary>
public sealed class SealedLook : TenantOwned
{
    /// <summary>
    /// After so many at most of the rows, whoever picks by these rows has as good as trained on them: an evaluation asks for fresh ones. Reading failures and an
    /// export count too.
    /// </summary>
    public const int Allowed = 20;

    public required string VersionId { get; init; }

    public required string Reason { get; init; }

    public string UserId { get; init; } = "";

    public string UserName { get; init; } = "";

    public required DateTime At { get; init; }
}

internal sealed class SealedLookMapping : IEntityTypeConfiguration<SealedLook>
{
    public void Configure(EntityTypeBuilder<SealedLook> builder)
    {
        builder.HasPublicId("lok");
        builder.Property(l => l.VersionId).HasMaxLength(PublicId.MaxLength);
        builder.Property(l => l.UserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(l => l.UserName).HasMaxLength(200);
        builder.BelongsTo<SealedLook, DatasetVersion>(nameof(SealedLook.VersionId));
        builder.HasIndex(l => new { l.TenantId, l.VersionId });
    }
}
