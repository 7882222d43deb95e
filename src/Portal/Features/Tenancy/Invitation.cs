using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

public enum InvitationState
{
    Pending,
    Accepted,
    Withdrawn,
}

/// <summary>
/// A membership offered to whoever reads mail at one address. It is taken up once, within a week, and by nobody else; the token
/// that proves it is in the mail alone.
/// </summary>
public sealed class Invitation : TenantOwned, IVersioned
{
    public static readonly TimeSpan Length = TimeSpan.FromDays(7);

    /// <summary>In plain letters and lower case, see <see cref="EmailKey"/>.</summary>
    public required string Email { get; init; }

    public required MemberRole Role { get; init; }

    public required string InvitedByUserId { get; init; }

    public required string InvitedByName { get; init; }

    public required DateTime CreatedAt { get; init; }

    public InvitationState State { get; private set; }

    /// <summary>Of the newest token: an earlier mail's is worth nothing.</summary>
    public string TokenHash { get; private set; } = "";

    public string MailId { get; private set; } = "";

    public DateTime SentAt { get; private set; }

    public DateTime ExpiresAt { get; private set; }

    public DateTime? ClosedAt { get; private set; }

    public string? AcceptedByUserId { get; private set; }

    public long Version { get; private set; }

    public bool IsOpen(DateTime now) => State is InvitationState.Pending && now < ExpiresAt;

    public void Send(string tokenHash, string mailId, DateTime now) =>
        (TokenHash, MailId, SentAt, ExpiresAt) = (tokenHash, mailId, now, now + Length);

    public void Accept(string userId, DateTime now) =>
        (State, AcceptedByUserId, ClosedAt) = (InvitationState.Accepted, userId, now);

    public void Withdraw(DateTime now) => (State, ClosedAt) = (InvitationState.Withdrawn, now);
}

/// <summary>
/// Says whose invitation a token is, before any tenant is known, and nothing but that. What was used, withdrawn or sent anew has
/// lost its row here, so it cannot be told from a token that never was.
/// </summary>
public sealed class InvitationIndex
{
    public required string Hash { get; init; }

    public required string TenantId { get; init; }

    public required string InvitationId { get; init; }
}

internal sealed class InvitationMapping : IEntityTypeConfiguration<Invitation>
{
    public void Configure(EntityTypeBuilder<Invitation> builder)
    {
        builder.HasPublicId("inv");
        builder.Property(i => i.Email).HasMaxLength(320);
        builder.Property(i => i.InvitedByUserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(i => i.InvitedByName).HasMaxLength(200);
        builder.Property(i => i.TokenHash).HasMaxLength(InvitationToken.HashLength);
        builder.Property(i => i.MailId).HasMaxLength(PublicId.MaxLength);
        builder.Property(i => i.AcceptedByUserId).HasMaxLength(PublicId.MaxLength);
        builder.BelongsTo<Invitation, OutgoingMail>(nameof(Invitation.MailId));
        builder.HasIndex(i => new { i.TenantId, i.State, i.CreatedAt });
    }
}

internal sealed class InvitationIndexMapping : IEntityTypeConfiguration<InvitationIndex>
{
    public void Configure(EntityTypeBuilder<InvitationIndex> builder)
    {
        builder.HasKey(i => i.Hash);
        builder.Property(i => i.Hash).HasMaxLength(InvitationToken.HashLength);
        builder.Property(i => i.TenantId).HasMaxLength(PublicId.MaxLength);
        builder.Property(i => i.InvitationId).HasMaxLength(PublicId.MaxLength);
        builder.HasOne<Invitation>().WithMany().HasForeignKey(i => new { i.TenantId, i.InvitationId });
    }
}

public static class InvitationTables
{
    extension(PortalDbContext db)
    {
        public DbSet<Invitation> Invitations => db.Set<Invitation>();

        public DbSet<InvitationIndex> InvitationIndex => db.Set<InvitationIndex>();
    }
}
