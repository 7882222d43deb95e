using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Features.Define;
using Portal.Persistence;

namespace Portal.Features.Deploy;

/// <summary>A tenant's secret for one endpoint. The portal keeps its hash and the beginning by which people tell keys apart.</summary>
public sealed class ApiKey : TenantOwned
{
    public const int NameLength = 80;

    public required string ProjectId { get; init; }

    public required string EndpointId { get; init; }

    /// <summary>Set on the key of a smoke call alone: it reaches this one deployment, which is not live yet.</summary>
    public string? DeploymentId { get; init; }

    public required string Name { get; init; }

    public required string Prefix { get; init; }

    public required string Hash { get; init; }

    public required DateTime CreatedAt { get; init; }

    public string CreatedByName { get; init; } = "";

    public DateTime? LastUsedAt { get; private set; }

    public DateTime? RevokedAt { get; private set; }

    public string RevokedByName { get; private set; } = "";

    public static string CheckedName(string name)
    {
        name = name.Trim();
        return name is not "" && name.Length <= NameLength
            ? name
            : throw new PortalException($"A key needs a name of 1 to {NameLength} characters that says who uses it: \"Support desk, production\".");
    }

    public void Revoke(string byName, DateTime at)
    {
        if (RevokedAt is null)
        {
            (RevokedAt, RevokedByName) = (at, byName);
        }
    }
}

/// <summary>
/// Says whose a key is, before any tenant is known. Global for that reason, and nothing but that: revoking a key removes its row,
/// so an unknown and a revoked key cannot be told apart.
/// </summary>
public sealed class ApiKeyIndex
{
    public required string Hash { get; init; }

    public required string TenantId { get; init; }

    public required string KeyId { get; init; }
}

internal sealed class ApiKeyMapping : IEntityTypeConfiguration<ApiKey>
{
    public void Configure(EntityTypeBuilder<ApiKey> builder)
    {
        builder.HasPublicId("key");
        builder.Property(k => k.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(k => k.EndpointId).HasMaxLength(PublicId.MaxLength);
        builder.Property(k => k.DeploymentId).HasMaxLength(PublicId.MaxLength);
        builder.Property(k => k.Name).HasMaxLength(ApiKey.NameLength);
        builder.Property(k => k.Prefix).HasMaxLength(40);
        builder.Property(k => k.Hash).HasMaxLength(KeySecret.HashLength);
        builder.Property(k => k.CreatedByName).HasMaxLength(200);
        builder.Property(k => k.RevokedByName).HasMaxLength(200);
        builder.BelongsTo<ApiKey, Project>(nameof(ApiKey.ProjectId));
        builder.BelongsTo<ApiKey, Endpoint>(nameof(ApiKey.EndpointId));
        builder.BelongsTo<ApiKey, Deployment>(nameof(ApiKey.DeploymentId));
        builder.HasIndex(k => new { k.TenantId, k.EndpointId });
    }
}

internal sealed class ApiKeyIndexMapping : IEntityTypeConfiguration<ApiKeyIndex>
{
    public void Configure(EntityTypeBuilder<ApiKeyIndex> builder)
    {
        builder.HasKey(i => i.Hash);
        builder.Property(i => i.Hash).HasMaxLength(KeySecret.HashLength);
        builder.Property(i => i.TenantId).HasMaxLength(PublicId.MaxLength);
        builder.Property(i => i.KeyId).HasMaxLength(PublicId.MaxLength);
        builder.HasOne<ApiKey>().WithMany().HasForeignKey(i => new { i.TenantId, i.KeyId });
    }
}
