using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Billing;

/// <summary>
/// What usage of one day that is over came to, told apart by all that costs are told apart by: added up once, so that a million events are
/// read as a few rows. It only repeats what the ledger says, and is believed where it counts as many events as that.
/// </summary>
public sealed class UsageDay : TenantOwned
{
    /// <summary>A fact may be on its way to the ledger for a while.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromHours(1);

    /// <summary>The midnight, UTC, that it began with.</summary>
    public required DateTime From { get; init; }

    public required string ProjectId { get; init; }

    public required UsageSource Source { get; init; }

    public required Meter Meter { get; init; }

    /// <summary>Empty where no key had part in it.</summary>
    public required string KeyId { get; init; }

    public required string ByUserId { get; init; }

    public required long PricePerMillion { get; init; }

    public required string Currency { get; init; }

    public required long Quantity { get; init; }

    public required long AmountMicros { get; init; }

    /// <summary>How many events it is the sum of.</summary>
    public required long Events { get; init; }

    /// <summary>The end of the last day that is over.</summary>
    public static DateTime OverAt(DateTime now) => DateTime.SpecifyKind((now - s_grace).Date, DateTimeKind.Utc);
}

internal sealed class UsageDayMapping : IEntityTypeConfiguration<UsageDay>
{
    public void Configure(EntityTypeBuilder<UsageDay> builder)
    {
        builder.HasPublicId("usd");
        builder.Property(d => d.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(d => d.KeyId).HasMaxLength(PublicId.MaxLength);
        builder.Property(d => d.ByUserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(d => d.Currency).HasMaxLength(3);
        builder.HasIndex(d => new { d.TenantId, d.From, d.ProjectId, d.Source, d.Meter, d.KeyId, d.ByUserId, d.PricePerMillion, d.Currency }).IsUnique();
    }
}
