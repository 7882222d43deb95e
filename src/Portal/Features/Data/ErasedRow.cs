using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>
/// What is left of a version's row that was erased: its place and its hash, so that the version's own hashes can still be proved. What it
/// said is nowhere.
/// </summary>
public sealed class ErasedRow : ITenantOwned
{
    public string TenantId { get; private set; } = "";

    public required string VersionId { get; init; }

    public required Split Split { get; init; }

    public required int Number { get; init; }

    /// <summary>Of <see cref="FrozenExample.HashOf"/>, in lower-case hex.</summary>
    public required string Hash { get; init; }

    public required DateTime ErasedAt { get; init; }
}

internal sealed class ErasedRowMapping : IEntityTypeConfiguration<ErasedRow>
{
    public void Configure(EntityTypeBuilder<ErasedRow> builder)
    {
        builder.HasKey(e => new { e.TenantId, e.VersionId, e.Split, e.Number });
        builder.Property(e => e.VersionId).HasMaxLength(PublicId.MaxLength);
        builder.Property(e => e.Split).HasMaxLength(10);
        builder.Property(e => e.Number).ValueGeneratedNever();
        builder.Property(e => e.Hash).HasMaxLength(64);
        builder.BelongsTo<ErasedRow, DatasetVersion>(nameof(ErasedRow.VersionId));
    }
}
