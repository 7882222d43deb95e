using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Billing;

/// <summary>What the ledger and Stripe say of one meter in one period. Where they are apart, nothing is invoiced until they agree or somebody has settled it.</summary>
public sealed class UsageReconciliation : TenantOwned, IVersioned
{
    /// <summary>They are apart by more than one part in so many of the larger: half a percent.</summary>
    private const long Parts = 200;

    public required Meter Meter { get; init; }

    public required DateTime PeriodStartAt { get; init; }

    public DateTime PeriodEndsAt { get; private set; }

    public long LedgerMicros { get; private set; }

    public long StripeMicros { get; private set; }

    public bool IsApart { get; private set; }

    /// <summary>Both sums in words, while they are apart.</summary>
    public string Problem { get; private set; } = "";

    public DateTime CheckedAt { get; private set; }

    public long Version { get; private set; }

    /// <summary>True where they are apart and were not before, or the reverse.</summary>
    public bool Take(long ledger, long stripe, string problem, DateTime now)
    {
        var before = IsApart;
        (LedgerMicros, StripeMicros, CheckedAt) = (ledger, stripe, now);
        IsApart = (decimal)Math.Abs(ledger - stripe) * Parts > Math.Max(ledger, stripe);
        Problem = IsApart ? problem : "";
        return before != IsApart;
    }

    /// <summary>When the period ends; the next one may begin before that.</summary>
    public void EndAt(DateTime end) => PeriodEndsAt = end;
}

internal sealed class UsageReconciliationMapping : IEntityTypeConfiguration<UsageReconciliation>
{
    public void Configure(EntityTypeBuilder<UsageReconciliation> builder)
    {
        builder.HasPublicId("rec");
        builder.Property(r => r.Problem).HasMaxLength(400);
        builder.HasIndex(r => new { r.TenantId, r.PeriodStartAt, r.Meter }).IsUnique();
        builder.HasIndex(r => r.IsApart);
    }
}
