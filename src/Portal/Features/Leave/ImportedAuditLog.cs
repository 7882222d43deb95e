using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Leave;

/// <summary>
/// The audit log of an organisation that an archive brought: a file as it came, apart from the log of whoever took it in. Each of its
/// entries is sealed by the one before it, so it can be followed at any time.
/// </summary>
public sealed class ImportedAuditLog : TenantOwned
{
    /// <summary>The organisation it is about, whose id is part of every entry's hash.</summary>
    public required string SourceId { get; init; }

    public required string SourceName { get; init; }

    public required string BlobName { get; init; }

    public required string Sha256 { get; init; }

    public required long Length { get; init; }

    /// <summary>Entries removed in time before the first that is here, and the hash that it names as the one before it.</summary>
    public required long StartSequence { get; init; }

    public required string StartHash { get; init; }

    public required long EndSequence { get; init; }

    public required string EndHash { get; init; }

    public required DateTime ImportedAt { get; init; }

    public long Entries => EndSequence - StartSequence;
}

internal sealed class ImportedAuditLogMapping : IEntityTypeConfiguration<ImportedAuditLog>
{
    public void Configure(EntityTypeBuilder<ImportedAuditLog> builder)
    {
        builder.HasPublicId("ial");
        builder.Property(l => l.SourceId).HasMaxLength(PublicId.MaxLength);
        builder.Property(l => l.SourceName).HasMaxLength(200);
        builder.Property(l => l.BlobName).HasMaxLength(120);
        builder.Property(l => l.Sha256).HasMaxLength(64);
        builder.Property(l => l.StartHash).HasMaxLength(64);
        builder.Property(l => l.EndHash).HasMaxLength(64);
        builder.Ignore(l => l.Entries);
    }
}
