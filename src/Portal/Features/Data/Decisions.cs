using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>What was decided, or taken back, by whom and when: only added to. Those of its import are the history of a version.</summary>
public sealed class DecisionEntry : TenantOwned
{
    public required string ImportId { get; init; }

    /// <summary>The finding's words as they stood, or the row.</summary>
    public required string Title { get; init; }

    public required int Rows { get; init; }

    /// <summary>Null where a decision was taken back.</summary>
    public FindingDecision? Decision { get; init; }

    public string UserId { get; init; } = "";

    public string UserName { get; init; } = "";

    public required DateTime At { get; init; }
}

/// <summary>What was decided about one row, whatever its findings say.</summary>
public sealed class RowDecision : ITenantOwned
{
    public string TenantId { get; private set; } = "";

    public required string ImportId { get; init; }

    public required int Number { get; init; }

    public required FindingDecision Decision { get; init; }

    public string UserName { get; init; } = "";
}

internal sealed class DecisionEntryMapping : IEntityTypeConfiguration<DecisionEntry>
{
    public void Configure(EntityTypeBuilder<DecisionEntry> builder)
    {
        builder.HasPublicId("dec");
        builder.Property(d => d.ImportId).HasMaxLength(PublicId.MaxLength);
        builder.Property(d => d.UserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(d => d.UserName).HasMaxLength(200);
        builder.BelongsTo<DecisionEntry, DatasetImport>(nameof(DecisionEntry.ImportId));
        builder.HasIndex(d => new { d.TenantId, d.ImportId, d.At });
    }
}

internal sealed class RowDecisionMapping : IEntityTypeConfiguration<RowDecision>
{
    public void Configure(EntityTypeBuilder<RowDecision> builder)
    {
        builder.HasKey(d => new { d.TenantId, d.ImportId, d.Number });
        builder.Property(d => d.ImportId).HasMaxLength(PublicId.MaxLength);
        builder.Property(d => d.Number).ValueGeneratedNever();
        builder.Property(d => d.UserName).HasMaxLength(200);
        builder.BelongsTo<RowDecision, DatasetImport>(nameof(RowDecision.ImportId));
    }
}
