using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Features.Define;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>What stands behind a placeholder such as [EMAIL_3]: encrypted, and found again by a keyed hash, so the table alone tells nothing.</summary>
public sealed class RedactedValue : ITenantOwned
{
    public string TenantId { get; private set; } = "";

    public required string ProjectId { get; init; }

    public required PersonalKind Kind { get; init; }

    public required int Number { get; init; }

    public required string Lookup { get; init; }

    public required string Protected { get; init; }
}

/// <summary>The secret of a project's keyed hashes, itself encrypted.</summary>
public sealed class RedactionKey : ITenantOwned
{
    public string TenantId { get; private set; } = "";

    public required string ProjectId { get; init; }

    public required string Protected { get; init; }
}

internal sealed class RedactedValueMapping : IEntityTypeConfiguration<RedactedValue>
{
    public void Configure(EntityTypeBuilder<RedactedValue> builder)
    {
        builder.HasKey(v => new { v.TenantId, v.ProjectId, v.Kind, v.Number });
        builder.Property(v => v.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(v => v.Kind).HasMaxLength(20);
        builder.Property(v => v.Number).ValueGeneratedNever();
        builder.Property(v => v.Lookup).HasMaxLength(64);
        builder.Property(v => v.Protected).HasMaxLength(Mapping.LongText);
        builder.BelongsTo<RedactedValue, Project>(nameof(RedactedValue.ProjectId));
        builder.HasIndex(v => new { v.TenantId, v.ProjectId, v.Lookup }).IsUnique();
    }
}

internal sealed class RedactionKeyMapping : IEntityTypeConfiguration<RedactionKey>
{
    public void Configure(EntityTypeBuilder<RedactionKey> builder)
    {
        builder.HasKey(k => new { k.TenantId, k.ProjectId });
        builder.Property(k => k.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(k => k.Protected).HasMaxLength(1_000);
        builder.BelongsTo<RedactionKey, Project>(nameof(RedactionKey.ProjectId));
    }
}
