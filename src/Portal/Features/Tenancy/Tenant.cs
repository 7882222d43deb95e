using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

public enum TenantKind
{
    Customer,
    Consultancy,
}

/// <summary>An organisation: the border of data and of billing.</summary>
public sealed class Tenant
{
    public const int ReasonMinimum = 10;
    public const int ReasonLength = 500;

    public string Id { get; private set; } = "";

    public required string Name { get; init; }

    /// <summary>The organisation's name in addresses; lower case, unique, never reused.</summary>
    public required string Slug { get; init; }

    public TenantKind Kind { get; init; }

    public DateTime CreatedAt { get; init; }

    /// <summary>Since when nobody works here; null while all is well. Nothing is deleted by it.</summary>
    public DateTime? SuspendedAt { get; private set; }

    /// <summary>As its members read it.</summary>
    public string SuspensionReason { get; private set; } = "";

    /// <summary>Since when nobody may enter and nobody works here: it is being erased.</summary>
    public DateTime? ClosedAt { get; private set; }

    /// <summary>Raised first by whoever changes who belongs here, so that they do it one after the other.</summary>
    public long MembersVersion { get; private set; }

    /// <summary>Members must have signed in with a provider of the organisation's own. Owners need not, so that none is locked out.</summary>
    public bool RequiresOwnProvider { get; private set; }

    public void RequireOwnProvider(bool required) => RequiresOwnProvider = required;

    public void Suspend(string reason, DateTime now)
    {
        if (SuspendedAt is not null)
        {
            throw new PortalException($"{Name} is suspended already. Load the page again to see by whom.");
        }

        reason = reason.Trim();
        if (reason.Length is < ReasonMinimum or > ReasonLength)
        {
            throw new PortalException($"Say why, in {ReasonMinimum} to {ReasonLength} characters: the organization's members read it.");
        }

        (SuspendedAt, SuspensionReason) = (now, reason);
    }

    public void Restore()
    {
        if (SuspendedAt is null)
        {
            throw new PortalException($"{Name} is not suspended any more. Load the page again to see by whom it was restored.");
        }

        (SuspendedAt, SuspensionReason) = (null, "");
    }

    public void Close(DateTime now) => ClosedAt ??= now;
}

internal sealed class TenantMapping : IEntityTypeConfiguration<Tenant>
{
    public void Configure(EntityTypeBuilder<Tenant> builder)
    {
        builder.Property(t => t.Id).HasIdOf("org");
        builder.Property(t => t.Name).HasMaxLength(200);
        builder.Property(t => t.Slug).HasMaxLength(60);
        builder.Property(t => t.SuspensionReason).HasMaxLength(Tenant.ReasonLength);
        // Of two admins who act at once, the later save fails.
        builder.Property(t => t.SuspendedAt).IsConcurrencyToken();
        builder.HasIndex(t => t.Slug).IsUnique();
        builder.HasIndex(t => t.SuspendedAt);
    }
}
