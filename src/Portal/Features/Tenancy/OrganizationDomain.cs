using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>A domain that an organisation says is its own, as DNS knows it; it counts once the record that proves it was seen.</summary>
public sealed class OrganizationDomain : TenantOwned, IVersioned
{
    public const int Most = 20;
    public const int NameLength = 253;

    public required string Name { get; init; }

    /// <summary>What the domain's holder publishes to prove it. Random, so that nobody else's record fits.</summary>
    public required string Challenge { get; init; }

    public DateTime CreatedAt { get; init; }

    public DateTime? VerifiedAt { get; private set; }

    public long Version { get; private set; }

    public void Verified(DateTime at) => VerifiedAt = at;
}

/// <summary>
/// Whose a proved domain is, for the sign-in page, which knows no tenant yet. The key is the domain: one organisation has it, also
/// where two prove it in the same moment.
/// </summary>
public sealed class VerifiedDomain
{
    public required string Name { get; init; }

    public required string TenantId { get; init; }
}

internal sealed class OrganizationDomainMapping : IEntityTypeConfiguration<OrganizationDomain>
{
    public void Configure(EntityTypeBuilder<OrganizationDomain> builder)
    {
        builder.HasPublicId("dom");
        builder.Property(d => d.Name).HasMaxLength(OrganizationDomain.NameLength);
        builder.Property(d => d.Challenge).HasMaxLength(64);
        builder.HasIndex(d => new { d.TenantId, d.Name }).IsUnique();
    }
}

internal sealed class VerifiedDomainMapping : IEntityTypeConfiguration<VerifiedDomain>
{
    public void Configure(EntityTypeBuilder<VerifiedDomain> builder)
    {
        builder.HasKey(d => d.Name);
        builder.Property(d => d.Name).HasMaxLength(OrganizationDomain.NameLength);
        builder.Property(d => d.TenantId).HasMaxLength(PublicId.MaxLength);
        builder.HasIndex(d => d.TenantId);
        builder.HasOne<Tenant>().WithMany().HasForeignKey(d => d.TenantId);
    }
}

public static class OrganizationDomainTables
{
    extension(PortalDbContext db)
    {
        public DbSet<OrganizationDomain> OrganizationDomains => db.Set<OrganizationDomain>();

        public DbSet<VerifiedDomain> VerifiedDomains => db.Set<VerifiedDomain>();
    }
}
