using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Tune;

public enum CurveKind
{
    TrainLoss,
    ValidationLoss,
    TrainAccuracy,
    ValidationAccuracy,
}

/// <summary>One measured point of a job's curves. Its key is what it measures, so it cannot be there twice.</summary>
public sealed class MetricPoint : ITenantOwned
{
    public string TenantId { get; private set; } = "";

    public required string JobId { get; init; }

    public required CurveKind Curve { get; init; }

    public required long Step { get; init; }

    public required double Value { get; set; }
}

internal sealed class MetricPointMapping : IEntityTypeConfiguration<MetricPoint>
{
    public void Configure(EntityTypeBuilder<MetricPoint> builder)
    {
        builder.HasKey(p => new { p.TenantId, p.JobId, p.Curve, p.Step });
        builder.Property(p => p.JobId).HasMaxLength(PublicId.MaxLength);
        builder.Property(p => p.Step).ValueGeneratedNever();
        builder.BelongsTo<MetricPoint, TuningJob>(nameof(MetricPoint.JobId));
    }
}
