using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>
/// One browser's sign-in. The cookie carries a random key and nothing else; this row says whose it is and whether it still
/// stands, for every node alike. Global, because it belongs to a person and not to an organisation.
/// </summary>
public sealed class SignInSession
{
    public const int TextLength = 300;

    public string Id { get; private set; } = "";

    /// <summary>The key itself is in the cookie alone: who reads this table can be nobody.</summary>
    public required string KeyHash { get; init; }

    public required string UserId { get; init; }

    public required string Issuer { get; init; }

    /// <summary>The organisation whose own provider vouched; null is the platform's provider.</summary>
    public string? ProviderTenantId { get; init; }

    /// <summary>Which of its providers; null is the platform's.</summary>
    public string? ProviderId { get; init; }

    /// <summary>The provider's name for its session, by which it may end ours.</summary>
    public string ProviderSid { get; init; } = "";

    /// <summary>Encrypted; the provider asks for it when signing out.</summary>
    public string ProtectedIdToken { get; init; } = "";

    public string Address { get; init; } = "";

    public string UserAgent { get; init; } = "";

    public DateTime CreatedAt { get; init; }

    public DateTime LastSeenAt { get; private set; }

    public DateTime ExpiresAt { get; init; }

    public DateTime? EndedAt { get; private set; }

    public static SignInSession Begin(SessionStart start, string keyHash, string protectedIdToken, DateTime now, TimeSpan length) => new()
    {
        KeyHash = keyHash,
        UserId = start.UserId,
        Issuer = start.Issuer,
        ProviderTenantId = start.ProviderTenantId,
        ProviderId = start.ProviderId,
        ProviderSid = start.ProviderSid,
        ProtectedIdToken = protectedIdToken,
        Address = start.Address,
        UserAgent = start.UserAgent,
        CreatedAt = now,
        LastSeenAt = now,
        ExpiresAt = now + length,
    };
}

internal sealed class SignInSessionMapping : IEntityTypeConfiguration<SignInSession>
{
    public void Configure(EntityTypeBuilder<SignInSession> builder)
    {
        builder.Property(s => s.Id).HasIdOf("ses");
        builder.Property(s => s.KeyHash).HasMaxLength(64);
        builder.Property(s => s.UserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(s => s.Issuer).HasMaxLength(300);
        builder.Property(s => s.ProviderTenantId).HasMaxLength(PublicId.MaxLength);
        builder.Property(s => s.ProviderId).HasMaxLength(PublicId.MaxLength);
        builder.Property(s => s.ProviderSid).HasMaxLength(255);
        builder.Property(s => s.ProtectedIdToken).HasMaxLength(Mapping.LongText);
        builder.Property(s => s.Address).HasMaxLength(64);
        builder.Property(s => s.UserAgent).HasMaxLength(SignInSession.TextLength);
        builder.HasIndex(s => s.KeyHash).IsUnique();
        builder.HasIndex(s => new { s.UserId, s.LastSeenAt });
        builder.HasIndex(s => s.ProviderSid);
        builder.HasIndex(s => s.ProviderId);
        builder.HasOne<User>().WithMany().HasForeignKey(s => s.UserId);
    }
}

/// <summary>A logout token that was acted on: the same one again does nothing.</summary>
public sealed class SpentToken
{
    public required string Hash { get; init; }

    public DateTime ExpiresAt { get; init; }
}

internal sealed class SpentTokenMapping : IEntityTypeConfiguration<SpentToken>
{
    public void Configure(EntityTypeBuilder<SpentToken> builder)
    {
        builder.HasKey(t => t.Hash);
        builder.Property(t => t.Hash).HasMaxLength(64);
    }
}

public static class SessionTables
{
    extension(PortalDbContext db)
    {
        public DbSet<SignInSession> SignInSessions => db.Set<SignInSession>();

        public DbSet<SpentToken> SpentTokens => db.Set<SpentToken>();
    }
}
