using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>
/// What one side did and the other side's audit log has yet to hear. Saved in the transaction of the act, so that it is told for certain:
/// each side's chain is written only from its own scope. Global, because it goes from one organisation to another.
/// </summary>
public sealed class EngagementAct : IVersioned
{
    public string Id { get; private set; } = "";

    public required string EngagementId { get; init; }

    /// <summary>The organisation to tell.</summary>
    public required string TellId { get; init; }

    /// <summary>Makes the same act happen once: a visit within its hour.</summary>
    public string OnceKey { get; init; } = "";

    public required string Action { get; init; }

    public string ActorUserId { get; init; } = "";

    public string ActorName { get; init; } = "";

    /// <summary>The organisation of the one who acted.</summary>
    public string Via { get; init; } = "";

    public string TargetName { get; init; } = "";

    public string Details { get; init; } = "";

    public DateTime At { get; init; }

    public DateTime? ToldAt { get; private set; }

    public long Version { get; private set; }

    public void Told(DateTime now) => ToldAt = now;
}

internal sealed class EngagementActMapping : IEntityTypeConfiguration<EngagementAct>
{
    public void Configure(EntityTypeBuilder<EngagementAct> builder)
    {
        builder.Property(a => a.Id).HasIdOf("act");
        builder.Property(a => a.EngagementId).HasMaxLength(PublicId.MaxLength);
        builder.Property(a => a.TellId).HasMaxLength(PublicId.MaxLength);
        builder.Property(a => a.OnceKey).HasMaxLength(200);
        builder.Property(a => a.Action).HasMaxLength(80);
        builder.Property(a => a.ActorUserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(a => a.ActorName).HasMaxLength(200);
        builder.Property(a => a.Via).HasMaxLength(400);
        builder.Property(a => a.TargetName).HasMaxLength(200);
        builder.Property(a => a.Details).HasMaxLength(AuditEntry.DetailsLength);
        builder.HasIndex(a => new { a.EngagementId, a.OnceKey }).IsUnique();
        builder.HasIndex(a => new { a.ToldAt, a.At });
        builder.HasOne<Engagement>().WithMany().HasForeignKey(a => a.EngagementId);
    }
}
