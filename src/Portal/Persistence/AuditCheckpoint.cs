using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Portal.Persistence;

/// <summary>
/// Where an organisation's chain begins since its oldest entries were removed in time: the last of them, and its hash, which the
/// next one names as the one before it.
/// </summary>
public sealed class AuditCheckpoint : IOwnerWritten, ISeenByAll
{
    public string TenantId { get; private set; } = "";

    public required long Sequence { get; init; }

    public required string Hash { get; init; }

    /// <summary>How many were removed up to here since the checkpoint before.</summary>
    public required long Removed { get; init; }

    public required DateTime At { get; init; }
}

internal sealed class AuditCheckpointMapping : IEntityTypeConfiguration<AuditCheckpoint>
{
    public void Configure(EntityTypeBuilder<AuditCheckpoint> builder)
    {
        builder.HasKey(c => new { c.TenantId, c.Sequence });
        builder.Property(c => c.Sequence).ValueGeneratedNever();
        builder.Property(c => c.Hash).HasMaxLength(64);
    }
}
