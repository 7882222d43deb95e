using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Features.Define;
using Portal.Persistence;

namespace Portal.Features.Monitor;

/// <summary>
/// What was asked and answered in one call of an organisation that keeps texts, personal data redacted before it came here. Of calls with
/// one question only: a conversation would carry what earlier calls were not picked for.
/// </summary>
public sealed class StoredCall : TenantOwned
{
    public const int MostCharacters = 60_000;

    public required string ProjectId { get; init; }

    public required string DeploymentId { get; init; }

    public required string ResponseId { get; init; }

    public required string Input { get; init; }

    public required string Answer { get; init; }

    /// <summary>Whether the answer has the shape its task asks for.</summary>
    public required bool IsValid { get; init; }

    public required DateTime At { get; init; }

    /// <summary>Then it is removed, whatever has become of it.</summary>
    public required DateTime ExpiresAt { get; init; }
}

internal sealed class StoredCallMapping : IEntityTypeConfiguration<StoredCall>
{
    public void Configure(EntityTypeBuilder<StoredCall> builder)
    {
        builder.HasPublicId("kcl");
        builder.Property(c => c.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(c => c.DeploymentId).HasMaxLength(PublicId.MaxLength);
        builder.Property(c => c.ResponseId).HasMaxLength(PublicId.MaxLength);
        builder.Property(c => c.Input).HasMaxLength(Mapping.LongText);
        builder.Property(c => c.Answer).HasMaxLength(Mapping.LongText);
        builder.BelongsTo<StoredCall, Project>(nameof(StoredCall.ProjectId));
        builder.BelongsTo<StoredCall, Deploy.Deployment>(nameof(StoredCall.DeploymentId));
        builder.HasIndex(c => new { c.TenantId, c.ResponseId }).IsUnique();
        builder.HasIndex(c => c.ExpiresAt);
    }
}
