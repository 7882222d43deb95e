using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>
/// An organisation's own OpenID Connect provider. It vouches for people by issuer and subject; that somebody is one of the
/// organisation's follows from a verified address in a verified domain, and never for an admin of the platform.
/// </summary>
public sealed class IdentityProvider : TenantOwned, IVersioned
{
    public const int Most = 5;
    public const int NameLength = 80;
    public const int IssuerLength = 300;
    public const int ClientIdLength = 300;
    public const int SecretLength = 1_000;

    /// <summary>What the people see whose sign-in it is.</summary>
    public string Name { get; private set; } = "";

    public string Issuer { get; private set; } = "";

    public string ClientId { get; private set; } = "";

    public string ProtectedSecret { get; private set; } = "";

    public bool IsOn { get; private set; }

    /// <summary>Whether people with a verified address in a verified domain become members at their first sign-in.</summary>
    public bool AdmitsByDomain { get; private set; }

    public MemberRole DefaultRole { get; private set; } = MemberRole.Viewer;

    /// <summary>Raised with issuer, client or secret: what was begun with other ones is not finished with these.</summary>
    public int Generation { get; private set; }

    public DateTime CreatedAt { get; init; }

    public long Version { get; private set; }

    public void Rename(string name) => Name = name;

    /// <returns>Whether anything of it changed.</returns>
    public bool Describe(string issuer, string clientId, string? protectedSecret)
    {
        var isOther = issuer != Issuer || clientId != ClientId;
        // A secret belongs to one issuer and client: kept for another, it would be shown to whoever is named there.
        if (isOther && protectedSecret is null)
        {
            throw new PortalException(ProtectedSecret is ""
                ? "The client secret is missing. Your provider shows it where the portal is registered as a client."
                : "The issuer or the client id changed, so the secret must be typed again: the kept one belongs to the old client.");
        }

        if (!isOther && protectedSecret is null)
        {
            return false;
        }

        (Issuer, ClientId, ProtectedSecret, Generation) = (issuer, clientId, protectedSecret ?? ProtectedSecret, Generation + 1);
        return true;
    }

    public void Admit(bool byDomain, MemberRole role)
    {
        if (!Enum.IsDefined(role) || role is MemberRole.Owner)
        {
            throw new PortalException("Nobody becomes an owner by signing in. Choose another role; an owner can raise it later.");
        }

        (AdmitsByDomain, DefaultRole) = (byDomain, role);
    }

    public void Switch(bool on) => IsOn = on;
}

/// <summary>
/// Says whose a provider is, before any tenant is known, and nothing but that. What is off has no row here, so it cannot be told
/// from a provider that never was.
/// </summary>
public sealed class IdentityProviderIndex
{
    public required string ProviderId { get; init; }

    public required string TenantId { get; init; }

    public DateTime SwitchedOnAt { get; init; }

    /// <summary>Written in the transaction of each sign-in, so that none is finished while the provider is being switched off.</summary>
    public DateTime? LastUsedAt { get; private set; }
}

/// <summary>Somebody who was removed or left. They come back by invitation, and not by signing in once more.</summary>
public sealed class FormerMember : TenantOwned
{
    public required string UserId { get; init; }

    public DateTime EndedAt { get; init; }
}

internal sealed class IdentityProviderMapping : IEntityTypeConfiguration<IdentityProvider>
{
    public void Configure(EntityTypeBuilder<IdentityProvider> builder)
    {
        builder.HasPublicId("idp");
        builder.Property(p => p.Name).HasMaxLength(IdentityProvider.NameLength);
        builder.Property(p => p.Issuer).HasMaxLength(IdentityProvider.IssuerLength).IsExact();
        // OpenID Connect calls it so; it is the name by which the provider knows the portal.
        builder.Property(p => p.ClientId).HasMaxLength(IdentityProvider.ClientIdLength).IsExact();
        builder.Property(p => p.ProtectedSecret).HasMaxLength(4_000);
    }
}

internal sealed class IdentityProviderIndexMapping : IEntityTypeConfiguration<IdentityProviderIndex>
{
    public void Configure(EntityTypeBuilder<IdentityProviderIndex> builder)
    {
        builder.HasKey(i => i.ProviderId);
        builder.Property(i => i.ProviderId).HasMaxLength(PublicId.MaxLength);
        builder.Property(i => i.TenantId).HasMaxLength(PublicId.MaxLength);
        builder.HasOne<IdentityProvider>().WithMany().HasForeignKey(i => new { i.TenantId, i.ProviderId });
    }
}

internal sealed class FormerMemberMapping : IEntityTypeConfiguration<FormerMember>
{
    public void Configure(EntityTypeBuilder<FormerMember> builder)
    {
        builder.HasPublicId("fmr");
        builder.Property(f => f.UserId).HasMaxLength(PublicId.MaxLength);
        builder.HasIndex(f => new { f.TenantId, f.UserId }).IsUnique();
    }
}

public static class IdentityProviderTables
{
    extension(PortalDbContext db)
    {
        public DbSet<IdentityProvider> IdentityProviders => db.Set<IdentityProvider>();

        public DbSet<IdentityProviderIndex> IdentityProviderIndex => db.Set<IdentityProviderIndex>();

        public DbSet<FormerMember> FormerMembers => db.Set<FormerMember>();
    }
}
