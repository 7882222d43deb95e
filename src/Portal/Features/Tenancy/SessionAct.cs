using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>
/// A sign-in, or the end of a session, that an organisation's audit log has yet to hear. A session belongs to a person, who may be in
/// several organisations, and each chain is written only from its own scope; so this is saved in the transaction of the act, and goes when it was told.
/// </summary>
public sealed class SessionAct : IVersioned
{
    public string Id { get; private set; } = "";

    /// <summary>The organisation to tell.</summary>
    public required string TellTenantId { get; init; }

    public required string Action { get; init; }

    public AuditOutcome Outcome { get; init; }

    public required string ActorUserId { get; init; }

    public string ActorName { get; init; } = "";

    public string Address { get; init; } = "";

    public required string TargetKind { get; init; }

    public string TargetName { get; init; } = "";

    public string SubjectId { get; init; } = "";

    public string Details { get; init; } = "";

    public DateTime At { get; init; }

    public long Version { get; private set; }
}

internal sealed class SessionActMapping : IEntityTypeConfiguration<SessionAct>
{
    public void Configure(EntityTypeBuilder<SessionAct> builder)
    {
        builder.Property(a => a.Id).HasIdOf("act");
        builder.Property(a => a.TellTenantId).HasMaxLength(PublicId.MaxLength);
        builder.Property(a => a.Action).HasMaxLength(80);
        builder.Property(a => a.ActorUserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(a => a.ActorName).HasMaxLength(200);
        builder.Property(a => a.Address).HasMaxLength(64);
        builder.Property(a => a.TargetKind).HasMaxLength(40);
        builder.Property(a => a.TargetName).HasMaxLength(IdentityProvider.IssuerLength);
        builder.Property(a => a.SubjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(a => a.Details).HasMaxLength(AuditEntry.DetailsLength);
        builder.HasIndex(a => a.At);
    }
}

public static class SessionActTables
{
    extension(PortalDbContext db)
    {
        public DbSet<SessionAct> SessionActs => db.Set<SessionAct>();
    }
}
