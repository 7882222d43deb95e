using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Features.Define;
using Portal.Persistence;

namespace Portal.Features.Monitor;

/// <summary>
/// Figures of one answered call, taken while its text passed and kept whether or not texts are: how long, in which language, which label,
/// and a sample of hashed word pairs. No text can be read from it. It is removed some days after the figures were added up.
/// </summary>
public sealed class CallTrait : TenantOwned
{
    public const int SketchLength = CallSketch.Most * 8;

    private static readonly TimeSpan s_kept = TimeSpan.FromDays(8);

    public required string ProjectId { get; init; }

    public required string EndpointId { get; init; }

    public required string ResponseId { get; init; }

    public required DateTime At { get; init; }

    /// <summary>Characters of the question.</summary>
    public int Length { get; init; }

    public string Language { get; init; } = "";

    /// <summary>The label of the task that was answered; empty where the task has none, or the answer was none of them.</summary>
    public string Label { get; init; } = "";

    /// <summary>Whether the answer has the shape its task asks for.</summary>
    public bool IsValid { get; init; }

    public bool IsBlocked { get; init; }

    /// <summary>The mean probability of the answer's tokens, where the model tells it.</summary>
    public double? Confidence { get; init; }

    public string Sketch { get; init; } = "";

    /// <summary>What is of before then goes. By the hour, so that an endpoint that is called all the time is not swept all the time.</summary>
    public static DateTime KeptFrom(DateTime now) => TrafficSlice.HourStart(now - s_kept);
}

internal sealed class CallTraitMapping : IEntityTypeConfiguration<CallTrait>
{
    public void Configure(EntityTypeBuilder<CallTrait> builder)
    {
        builder.HasPublicId("trt");
        builder.Property(t => t.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(t => t.EndpointId).HasMaxLength(PublicId.MaxLength);
        builder.Property(t => t.ResponseId).HasMaxLength(PublicId.MaxLength);
        builder.Property(t => t.Language).HasMaxLength(40);
        builder.Property(t => t.Label).HasMaxLength(200);
        builder.Property(t => t.Sketch).HasMaxLength(CallTrait.SketchLength);
        builder.BelongsTo<CallTrait, Deploy.Endpoint>(nameof(CallTrait.EndpointId));
        builder.HasIndex(t => new { t.TenantId, t.EndpointId, t.At });
    }
}
