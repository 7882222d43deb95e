using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Billing;

public enum ReservationState
{
    Held,
    Settled,
    Released,
}

/// <summary>Money held for a costly act at its quoted worst, until the actual is known.</summary>
public sealed class Reservation : TenantOwned, IVersioned
{
    public required string ProjectId { get; init; }

    public required string SubjectId { get; init; }

    public required long AmountMicros { get; init; }

    public string Currency { get; init; } = "USD";

    public ReservationState State { get; private set; } = ReservationState.Held;

    public required DateTime HeldAt { get; init; }

    public DateTime? EndedAt { get; private set; }

    public long Version { get; private set; }

    /// <summary>Ends it once; ending it again changes nothing.</summary>
    public void End(ReservationState state, DateTime at)
    {
        if (State is ReservationState.Held)
        {
            (State, EndedAt) = (state, at);
        }
    }
}

internal sealed class ReservationMapping : IEntityTypeConfiguration<Reservation>
{
    public void Configure(EntityTypeBuilder<Reservation> builder)
    {
        builder.HasPublicId("rsv");
        builder.Property(r => r.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(r => r.SubjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(r => r.Currency).HasMaxLength(3);
        builder.HasIndex(r => new { r.TenantId, r.SubjectId }).IsUnique();
        builder.HasIndex(r => new { r.TenantId, r.State });
    }
}

public static class BillingTables
{
    extension(PortalDbContext db)
    {
        public DbSet<UsageEvent> UsageEvents => db.Set<UsageEvent>();

        public DbSet<ImportedUsage> ImportedUsages => db.Set<ImportedUsage>();

        public DbSet<Reservation> Reservations => db.Set<Reservation>();
    }
}
