using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

public enum TenantKind
{
    Customer,
    Consultancy,
}

/// <summary>An organisation: the border of data and of billing.</summary>
public sealed class Tenant
{
    public string Id { get; private set; } = "";

    public required string Name { get; init; }

    /// <summary>The organisation's name in addresses; lower case, unique, never reused.</summary>
    public required string Slug { get; init; }

    public TenantKind Kind { get; init; }

    public DateTime CreatedAt { get; init; }

    /// <summary>Raised first by whoever changes who belongs here, so that they do it one after the other.</summary>
    public long MembersVersion { get; private set; }
}

internal sealed class TenantMapping : IEntityTypeConfiguration<Tenant>
{
    public void Configure(EntityTypeBuilder<Tenant> builder)
    {
        builder.Property(t => t.Id).HasIdOf("org");
        builder.Property(t => t.Name).HasMaxLength(200);
        builder.Property(t => t.Slug).HasMaxLength(60);
        builder.HasIndex(t => t.Slug).IsUnique();
    }
}
