using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

public enum MemberRole
{
    Owner,
    Admin,
    Editor,
    Reviewer,
    Viewer,
    Billing,
}

/// <summary>
/// A person's belonging to an organisation. Global, because it is what decides which tenant may be entered at all;
/// read only through <see cref="TenancyService"/>.
/// </summary>
public sealed class Member : IVersioned
{
    private MemberRole _role;

    public string Id { get; private set; } = "";

    public required string TenantId { get; init; }

    public required string UserId { get; init; }

    public MemberRole Role { get => _role; init => _role = value; }

    public DateTime CreatedAt { get; init; }

    public long Version { get; private set; }

    /// <summary>That an owner remains is for the caller to see to: it needs all the members.</summary>
    internal void ChangeRole(MemberRole role) => _role = role;
}

internal sealed class MemberMapping : IEntityTypeConfiguration<Member>
{
    public void Configure(EntityTypeBuilder<Member> builder)
    {
        builder.Property(m => m.Id).HasIdOf("mem");
        builder.Property(m => m.TenantId).HasMaxLength(PublicId.MaxLength);
        builder.Property(m => m.UserId).HasMaxLength(PublicId.MaxLength);
        builder.HasIndex(m => new { m.TenantId, m.UserId }).IsUnique();
        builder.HasIndex(m => m.UserId);
        builder.HasOne<Tenant>().WithMany().HasForeignKey(m => m.TenantId);
        builder.HasOne<User>().WithMany().HasForeignKey(m => m.UserId);
    }
}

public static class TenancyTables
{
    extension(PortalDbContext db)
    {
        public DbSet<Tenant> Tenants => db.Set<Tenant>();

        public DbSet<User> Users => db.Set<User>();

        public DbSet<Member> Members => db.Set<Member>();
    }
}
