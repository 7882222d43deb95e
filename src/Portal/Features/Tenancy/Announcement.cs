using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

public enum AnnouncementSeverity
{
    Notice,
    Warning,
    Urgent,
}

/// <summary>Whom it is shown to: people, by the kind of the organisation they are in.</summary>
public enum AnnouncementAudience
{
    Everybody,
    Customers,
    Consultancies,
}

/// <summary>A short notice of those who run the portal, shown above every page while it holds. Plain text. Global, because it goes to many organisations.</summary>
public sealed class Announcement : IVersioned
{
    public const int TextLength = 400;
    public const int TextMinimum = 10;

    /// <summary>Longer than this nobody reads a banner.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(92);

    public string Id { get; private set; } = "";

    public required AnnouncementSeverity Severity { get; init; }

    public required string Text { get; init; }

    public required AnnouncementAudience Audience { get; init; }

    public required DateTime FromAt { get; init; }

    public required DateTime UntilAt { get; init; }

    public required DateTime CreatedAt { get; init; }

    public string ByName { get; init; } = "";

    public DateTime? WithdrawnAt { get; private set; }

    public long Version { get; private set; }

    public AuditTarget AsTarget() => new("announcement", Id, Text.Length <= 80 ? Text : Text[..79] + "…");

    public bool IsShown(DateTime now) => WithdrawnAt is null && FromAt <= now && now < UntilAt;

    public bool IsFor(IEnumerable<TenantKind> kinds) => Audience switch
    {
        AnnouncementAudience.Customers => kinds.Contains(TenantKind.Customer),
        AnnouncementAudience.Consultancies => kinds.Contains(TenantKind.Consultancy),
        _ => true,
    };

    public void Withdraw(DateTime now) => WithdrawnAt ??= now;
}

/// <summary>Somebody has read it and wants it gone, on every device of theirs.</summary>
public sealed class AnnouncementDismissal
{
    public required string UserId { get; init; }

    public required string AnnouncementId { get; init; }

    public DateTime At { get; init; }
}

internal sealed class AnnouncementMapping : IEntityTypeConfiguration<Announcement>
{
    public void Configure(EntityTypeBuilder<Announcement> builder)
    {
        builder.Property(a => a.Id).HasIdOf("ann");
        builder.Property(a => a.Text).HasMaxLength(Announcement.TextLength);
        builder.Property(a => a.ByName).HasMaxLength(200);
        builder.HasIndex(a => a.UntilAt);
    }
}

internal sealed class AnnouncementDismissalMapping : IEntityTypeConfiguration<AnnouncementDismissal>
{
    public void Configure(EntityTypeBuilder<AnnouncementDismissal> builder)
    {
        builder.HasKey(d => new { d.UserId, d.AnnouncementId });
        builder.Property(d => d.UserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(d => d.AnnouncementId).HasMaxLength(PublicId.MaxLength);
        builder.HasOne<User>().WithMany().HasForeignKey(d => d.UserId);
        builder.HasOne<Announcement>().WithMany().HasForeignKey(d => d.AnnouncementId);
    }
}

public static class AnnouncementTables
{
    extension(PortalDbContext db)
    {
        public DbSet<Announcement> Announcements => db.Set<Announcement>();

        public DbSet<AnnouncementDismissal> AnnouncementDismissals => db.Set<AnnouncementDismissal>();
    }
}
