using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Billing;

public enum Meter
{
    TuningTokens,
    InputTokens,
    OutputTokens,

    /// <summary>A million bytes kept through one day, UTC.</summary>
    StorageMegabyteDays,
}

public static class Meters
{
    /// <summary>What a model has prices for.</summary>
    public static readonly IReadOnlyList<Meter> OfModels = [Meter.TuningTokens, Meter.InputTokens, Meter.OutputTokens];
}

/// <summary>What somebody was doing when it cost: the activity a bill is read by.</summary>
public enum UsageSource
{
    Baseline,
    Tuning,
    Evaluation,
    Endpoint,
    Playground,
    Augmentation,
    Storage,
    Shadow,
}

/// <summary>An immutable fact that costs. It carries its price, so a later price never changes it.</summary>
public sealed class UsageEvent : TenantOwned
{
    public required string ProjectId { get; init; }

    public required Meter Meter { get; init; }

    public required UsageSource Source { get; init; }

    public required long Quantity { get; init; }

    /// <summary>Micro-units of <see cref="Currency"/> for a million of the meter, as they stood when it happened.</summary>
    public required long PricePerMillion { get; init; }

    public required long AmountMicros { get; init; }

    public string Currency { get; init; } = "USD";

    /// <summary>What was counted never came from the vendor, and the quantity is reckoned.</summary>
    public bool IsEstimated { get; init; }

    /// <summary>What it was for: a job, a run, a deployment, a key.</summary>
    public string SubjectId { get; init; } = "";

    /// <summary>The API key that was called with, or that began it.</summary>
    public string? KeyId { get; init; }

    /// <summary>Who began it, where a person did.</summary>
    public string ByUserId { get; init; } = "";

    public required string IdempotencyKey { get; init; }

    public required DateTime At { get; init; }
}

internal sealed class UsageEventMapping : IEntityTypeConfiguration<UsageEvent>
{
    public void Configure(EntityTypeBuilder<UsageEvent> builder)
    {
        builder.HasPublicId("use");
        builder.Property(u => u.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(u => u.Currency).HasMaxLength(3);
        builder.Property(u => u.SubjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(u => u.KeyId).HasMaxLength(PublicId.MaxLength);
        builder.Property(u => u.ByUserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(u => u.IdempotencyKey).HasMaxLength(120);
        builder.HasIndex(u => new { u.TenantId, u.IdempotencyKey }).IsUnique();
        builder.HasIndex(u => new { u.TenantId, u.At });
    }
}
