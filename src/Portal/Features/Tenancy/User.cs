using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>A person, known by issuer and subject alone: an e-mail address proves nothing.</summary>
public sealed class User
{
    public string Id { get; private set; } = "";

    public required string Issuer { get; init; }

    public required string Subject { get; init; }

    public string Name { get; private set; } = "";

    public string Email { get; private set; } = "";

    /// <summary>The provider says that it has seen this person read mail at the address.</summary>
    public bool IsEmailVerified { get; private set; }

    public bool IsPlatformAdmin { get; init; }

    public DateTime CreatedAt { get; init; }

    public DateTime? LastSeenAt { get; private set; }

    /// <summary>Whom we expect, until they sign in and their provider says.</summary>
    public void Expect(string name, string email) => (Name, Email) = (name, email);

    public void SignedIn(string name, string email, bool isEmailVerified, DateTime at)
    {
        Name = name;
        Email = email;
        IsEmailVerified = isEmailVerified;
        LastSeenAt = at;
    }
}

internal sealed class UserMapping : IEntityTypeConfiguration<User>
{
    public void Configure(EntityTypeBuilder<User> builder)
    {
        builder.Property(u => u.Id).HasIdOf("usr");
        builder.Property(u => u.Issuer).HasMaxLength(300).IsExact();
        builder.Property(u => u.Subject).HasMaxLength(255).IsExact();
        builder.Property(u => u.Name).HasMaxLength(200);
        builder.Property(u => u.Email).HasMaxLength(320);
        builder.HasIndex(u => new { u.Issuer, u.Subject }).IsUnique();
    }
}
