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

    /// <summary>The API key whose call it is for, or that began it.</summary>
    public string? KeyId { get; init; }

    public required long AmountMicros { get; init; }

    public string Currency { get; init; } = "USD";

    public ReservationState State { get; private set; } = ReservationState.Held;

    public required DateTime HeldAt { get; init; }

    public DateTime? EndedAt { get; private set; }

    /// <summary>When a call must have ended: it is over then, whether or not its node is still there to say so. Null for a job, which ends its own.</summary>
    public DateTime? ExpiresAt { get; init; }

    /// <summary>What is used of it already, and stands among the usage.</summary>
    public long DrawnMicros { get; private set; }

    /// <summary>What a budget has to have left for it, where that is more than the amount: it is held ahead of its calls.</summary>
    public long RoomMicros { get; init; }

    /// <summary>The budgets it is held at: those that there were when it began.</summary>
    public string BudgetIds { get; private set; } = "";

    public long Version { get; private set; }

    public IReadOnlyList<string> BudgetIdList => ListOf(BudgetIds);

    public static IReadOnlyList<string> ListOf(string budgetIds) => budgetIds.Split(',', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Ends it once; ending it again changes nothing.</summary>
    public void End(ReservationState state, DateTime at)
    {
        if (State is ReservationState.Held)
        {
            (State, EndedAt) = (state, at);
        }
    }

    public void CountedAt(IEnumerable<string> budgetIds) => BudgetIds = string.Join(',', budgetIds);

    public void DrawnTo(long micros) => DrawnMicros = micros;
}

internal sealed class ReservationMapping : IEntityTypeConfiguration<Reservation>
{
    public void Configure(EntityTypeBuilder<Reservation> builder)
    {
        builder.HasPublicId("rsv");
        builder.Property(r => r.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(r => r.SubjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(r => r.KeyId).HasMaxLength(PublicId.MaxLength);
        builder.Property(r => r.BudgetIds).HasMaxLength(400);
        builder.Ignore(r => r.BudgetIdList).Ignore(r => r.RoomMicros);
        builder.Property(r => r.Currency).HasMaxLength(3);
        builder.HasIndex(r => new { r.TenantId, r.SubjectId }).IsUnique();
        builder.HasIndex(r => new { r.TenantId, r.State });
        builder.HasIndex(r => r.ExpiresAt);
    }
}

public static class BillingTables
{
    extension(PortalDbContext db)
    {
        public DbSet<UsageEvent> UsageEvents => db.Set<UsageEvent>();

        public DbSet<UsageDay> UsageDays => db.Set<UsageDay>();

        public DbSet<ImportedUsage> ImportedUsages => db.Set<ImportedUsage>();

        public DbSet<Reservation> Reservations => db.Set<Reservation>();

        public DbSet<Budget> Budgets => db.Set<Budget>();

        /// <summary>Those that what a project spends comes under, by one of its keys or by none.</summary>
        internal IQueryable<Budget> BudgetsOf(string projectId, string? keyId)
        {
            var scopes = Budget.ScopesOf(projectId, keyId);
            return db.Budgets.Where(b => scopes.Contains(b.ScopeId));
        }
    }
}
