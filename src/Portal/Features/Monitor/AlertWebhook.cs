using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Features.Define;
using Portal.Persistence;

namespace Portal.Features.Monitor;

/// <summary>An address of the customer's that is told of alerts. Its secret signs every message; during a rotation two of them do.</summary>
public sealed class AlertWebhook : TenantOwned, IVersioned
{
    public const int NameLength = 80;
    public const int UrlLength = 1_000;

    public required string ProjectId { get; init; }

    public required string Name { get; init; }

    public required string Url { get; init; }

    /// <summary>Encrypted: unlike a key's, it must be had again to sign with.</summary>
    public string ProtectedSecret { get; private set; } = "";

    public string PreviousProtectedSecret { get; private set; } = "";

    public DateTime? PreviousUntil { get; private set; }

    public string CreatedByName { get; init; } = "";

    public required DateTime CreatedAt { get; init; }

    public DateTime? RotatedAt { get; private set; }

    public long Version { get; private set; }

    public void Seal(string protectedSecret) => ProtectedSecret = protectedSecret;

    /// <param name="previousUntil">Up to then the secret there was signs as well.</param>
    public void Rotate(string protectedSecret, DateTime previousUntil, DateTime now)
    {
        var overlaps = previousUntil > now;
        (PreviousProtectedSecret, PreviousUntil) = (overlaps ? ProtectedSecret : "", overlaps ? previousUntil : null);
        (ProtectedSecret, RotatedAt) = (protectedSecret, now);
    }

    public bool HasPrevious(DateTime now) => PreviousUntil > now && PreviousProtectedSecret is not "";
}

internal sealed class AlertWebhookMapping : IEntityTypeConfiguration<AlertWebhook>
{
    public void Configure(EntityTypeBuilder<AlertWebhook> builder)
    {
        builder.HasPublicId("whk");
        builder.Property(w => w.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(w => w.Name).HasMaxLength(AlertWebhook.NameLength);
        builder.Property(w => w.Url).HasMaxLength(AlertWebhook.UrlLength);
        builder.Property(w => w.ProtectedSecret).HasMaxLength(1_000);
        builder.Property(w => w.PreviousProtectedSecret).HasMaxLength(1_000);
        builder.Property(w => w.CreatedByName).HasMaxLength(200);
        builder.BelongsTo<AlertWebhook, Project>(nameof(AlertWebhook.ProjectId));
        builder.HasIndex(w => new { w.TenantId, w.ProjectId });
    }
}
