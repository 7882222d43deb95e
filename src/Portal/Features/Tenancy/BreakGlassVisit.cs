using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

public enum BreakGlassEnd
{
    ByAdmin,
    TimeOver,
    SessionOver,

    /// <summary>The admin administrates the platform no longer, or the person is a member no longer.</summary>
    RightGone,
}

/// <summary>
/// An admin of the platform looks into one organisation in the place of one of its members: for a reason, for half an hour, from one session,
/// and only to see. Global, because it decides who may enter before anybody is inside.
/// </summary>
public sealed class BreakGlassVisit : IVersioned
{
    public const int ReasonMinimum = 20;
    public const int ReasonLength = 250;

    /// <summary>What the words in an audit entry begin with that say by what right the admin was there.</summary>
    public const string ViaPrefix = "break-glass as ";

    public static readonly TimeSpan Length = TimeSpan.FromMinutes(30);

    public string Id { get; private set; } = "";

    public required string TenantId { get; init; }

    public required string AdminUserId { get; init; }

    public required string AdminName { get; init; }

    /// <summary>It ends with this session, and no other may use it.</summary>
    public required string SessionId { get; init; }

    public required string SubjectUserId { get; init; }

    public required string SubjectName { get; init; }

    public required string Reason { get; init; }

    public required DateTime StartedAt { get; init; }

    public required DateTime EndsAt { get; init; }

    public DateTime? EndedAt { get; private set; }

    public BreakGlassEnd? EndedBy { get; private set; }

    public long Version { get; private set; }

    /// <summary>The second identity and the reason, as they stand on every entry that the visit makes.</summary>
    public string Via => $"{ViaPrefix}{(SubjectName.Length <= 80 ? SubjectName : SubjectName[..80])} ({SubjectUserId}): {Reason}";

    public bool IsRunning(DateTime now) => EndedAt is null && StartedAt <= now && now < EndsAt;

    public void End(BreakGlassEnd by, DateTime now) => (EndedBy, EndedAt) = (by, now < EndsAt ? now : EndsAt);
}

internal sealed class BreakGlassVisitMapping : IEntityTypeConfiguration<BreakGlassVisit>
{
    public void Configure(EntityTypeBuilder<BreakGlassVisit> builder)
    {
        builder.Property(v => v.Id).HasIdOf("bgv");
        builder.Property(v => v.TenantId).HasMaxLength(PublicId.MaxLength);
        builder.Property(v => v.AdminUserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(v => v.AdminName).HasMaxLength(200);
        builder.Property(v => v.SessionId).HasMaxLength(PublicId.MaxLength);
        builder.Property(v => v.SubjectUserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(v => v.SubjectName).HasMaxLength(200);
        builder.Property(v => v.Reason).HasMaxLength(BreakGlassVisit.ReasonLength);
        builder.Ignore(v => v.Via);
        builder.HasIndex(v => new { v.SessionId, v.EndsAt });
        builder.HasIndex(v => new { v.TenantId, v.StartedAt });
        builder.HasIndex(v => new { v.EndedAt, v.EndsAt });
        builder.HasOne<Tenant>().WithMany().HasForeignKey(v => v.TenantId);
    }
}

public static class BreakGlassTables
{
    extension(PortalDbContext db)
    {
        public DbSet<BreakGlassVisit> BreakGlassVisits => db.Set<BreakGlassVisit>();
    }
}
