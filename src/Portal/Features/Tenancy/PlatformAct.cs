using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>
/// The platform's own audit log: a chain like an organisation's, under an id that no organisation can have, with what its admins did.
/// </summary>
public static class PlatformLog
{
    public const string Id = "platform";

    /// <summary>On whose behalf admins act, as an organisation's log names it.</summary>
    public const string Via = "the platform";
}

/// <summary>
/// What an admin did in one organisation and the platform's log has yet to hear: saved in the transaction of the act, since each chain
/// is written only from its own scope. Global, because it goes from an organisation to the platform.
/// </summary>
public sealed class PlatformAct : IVersioned
{
    public string Id { get; private set; } = "";

    public required string ActorUserId { get; init; }

    public string ActorName { get; init; } = "";

    public string Address { get; init; } = "";

    public required string Action { get; init; }

    /// <summary>The organisation it was done to.</summary>
    public required string TargetId { get; init; }

    public string TargetName { get; init; } = "";

    public string Details { get; init; } = "";

    public required DateTime At { get; init; }

    public DateTime? ToldAt { get; private set; }

    public long Version { get; private set; }

    public void Told(DateTime now) => ToldAt = now;
}

internal sealed class PlatformActMapping : IEntityTypeConfiguration<PlatformAct>
{
    public void Configure(EntityTypeBuilder<PlatformAct> builder)
    {
        builder.Property(a => a.Id).HasIdOf("pact");
        builder.Property(a => a.ActorUserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(a => a.ActorName).HasMaxLength(200);
        builder.Property(a => a.Address).HasMaxLength(60);
        builder.Property(a => a.Action).HasMaxLength(80);
        builder.Property(a => a.TargetId).HasMaxLength(PublicId.MaxLength);
        builder.Property(a => a.TargetName).HasMaxLength(200);
        builder.Property(a => a.Details).HasMaxLength(AuditEntry.DetailsLength);
        builder.HasIndex(a => new { a.ToldAt, a.At });
    }
}

public static class PlatformTables
{
    extension(PortalDbContext db)
    {
        public DbSet<PlatformAct> PlatformActs => db.Set<PlatformAct>();
    }

    /// <summary>In the organisation's scope: its own entry and the platform's, both with what is saved next. The act returned is to be told.</summary>
    public static PlatformAct AuditForPlatform(this PortalDbContext db, string action, Tenant tenant, string details)
    {
        db.Audit(action, new AuditTarget("organization", tenant.Id, tenant.Name), details);
        var act = new PlatformAct
        {
            ActorUserId = db.Actor.UserId, ActorName = db.Actor.Name, Address = db.Actor.Address, Action = action, TargetId = tenant.Id, TargetName = tenant.Name,
            Details = details, At = db.Now,
        };
        db.PlatformActs.Add(act);
        return act;
    }
}
