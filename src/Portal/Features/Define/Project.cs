using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Define;

/// <summary>One guided journey from Define to Monitor.</summary>
public sealed class Project : TenantOwned, IVersioned, IProjectRoot
{
    public const int NameLength = 120;

    public string Name { get; private set; } = "";

    public DateTime CreatedAt { get; init; }

    public required string CreatedByUserId { get; init; }

    public string CreatedByName { get; init; } = "";

    public long Version { get; private set; }

    public AuditTarget AsTarget() => new("project", Id, Name, Id);

    public void Rename(string name)
    {
        name = name.Trim();
        if (name is "" || name.Length > NameLength)
        {
            throw new PortalException($"A project needs a name of 1 to {NameLength} characters.");
        }

        Name = name;
    }
}

internal sealed class ProjectMapping : IEntityTypeConfiguration<Project>
{
    public void Configure(EntityTypeBuilder<Project> builder)
    {
        builder.HasPublicId("prj");
        builder.Property(p => p.Name).HasMaxLength(Project.NameLength);
        builder.Property(p => p.CreatedByUserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(p => p.CreatedByName).HasMaxLength(200);
        builder.HasIndex(p => new { p.TenantId, p.CreatedAt });
    }
}

public static class DefineTables
{
    extension(PortalDbContext db)
    {
        public DbSet<Project> Projects => db.Set<Project>();

        public DbSet<TaskDefinition> TaskDefinitions => db.Set<TaskDefinition>();
    }
}
