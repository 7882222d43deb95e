using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Billing;

/// <summary>
/// Usage of an organisation before it was taken in from an archive. In a table of its own, so that no bill, budget or report of usage can
/// count it: what was charged elsewhere is never charged here.
/// </summary>
public sealed class ImportedUsage : TenantOwned
{
    public required string ProjectId { get; init; }

    public required Meter Meter { get; init; }

    public required UsageSource Source { get; init; }

    public required long Quantity { get; init; }

    public required long PricePerMillion { get; init; }

    public required long AmountMicros { get; init; }

    public string Currency { get; init; } = "USD";

    public bool IsEstimated { get; init; }

    public string SubjectId { get; init; } = "";

    public string? KeyId { get; init; }

    public string ByUserId { get; init; } = "";

    /// <summary>As it was where it was charged.</summary>
    public required string IdempotencyKey { get; init; }

    public required DateTime At { get; init; }
}

internal sealed class ImportedUsageMapping : IEntityTypeConfiguration<ImportedUsage>
{
    public void Configure(EntityTypeBuilder<ImportedUsage> builder)
    {
        builder.HasPublicId("use");
        builder.Property(u => u.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(u => u.Currency).HasMaxLength(3);
        builder.Property(u => u.SubjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(u => u.KeyId).HasMaxLength(PublicId.MaxLength);
        builder.Property(u => u.ByUserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(u => u.IdempotencyKey).HasMaxLength(120);
        builder.HasIndex(u => new { u.TenantId, u.SubjectId });
        builder.HasIndex(u => new { u.TenantId, u.At });
    }
}
