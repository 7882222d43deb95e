using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Features.Define;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>
/// A picture, sound, film or document that rows of a project speak of. Known by the hash of its content and never changed, so a row that
/// names the hash names the file, and the same file in two uploads is kept once.
/// </summary>
public sealed class MediaFile : TenantOwned
{
    public required string ProjectId { get; init; }

    public required string Sha256 { get; init; }

    public required long Length { get; init; }

    /// <summary>By its content, as Google calls it.</summary>
    public required string MimeType { get; init; }

    public required MediaKind Kind { get; init; }

    /// <summary>How long it plays.</summary>
    public long? Milliseconds { get; init; }

    public int? Width { get; init; }

    public int? Height { get; init; }

    public int? Pages { get; init; }

    public required string BlobName { get; init; }

    /// <summary>The import that brought it first.</summary>
    public string? ImportId { get; init; }

    public required DateTime AddedAt { get; init; }

    /// <summary>Where it lies in a bucket below what it was sent for.</summary>
    public string ObjectName => ObjectNameOf(Sha256, MimeType);

    public static string ObjectNameOf(string sha256, string mimeType) => $"media/{sha256}{MediaTypes.EndingOf(mimeType)}";
}

/// <summary>That a split of a version has rows with a file: the file belongs to the version from then on.</summary>
public sealed class VersionMedia : ITenantOwned
{
    public string TenantId { get; private set; } = "";

    public required string VersionId { get; init; }

    public required string MediaId { get; init; }

    public required Split Split { get; init; }
}

internal sealed class MediaFileMapping : IEntityTypeConfiguration<MediaFile>
{
    public void Configure(EntityTypeBuilder<MediaFile> builder)
    {
        builder.HasPublicId("med");
        builder.Property(m => m.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(m => m.Sha256).HasMaxLength(64);
        builder.Property(m => m.MimeType).HasMaxLength(60);
        builder.Property(m => m.BlobName).HasMaxLength(120);
        builder.Property(m => m.ImportId).HasMaxLength(PublicId.MaxLength);
        builder.Ignore(m => m.ObjectName);
        builder.BelongsTo<MediaFile, Project>(nameof(MediaFile.ProjectId));
        builder.BelongsTo<MediaFile, DatasetImport>(nameof(MediaFile.ImportId));
        builder.HasIndex(m => new { m.TenantId, m.ProjectId, m.Sha256 }).IsUnique();
    }
}

internal sealed class VersionMediaMapping : IEntityTypeConfiguration<VersionMedia>
{
    public void Configure(EntityTypeBuilder<VersionMedia> builder)
    {
        builder.HasKey(v => new { v.TenantId, v.VersionId, v.MediaId, v.Split });
        builder.Property(v => v.VersionId).HasMaxLength(PublicId.MaxLength);
        builder.Property(v => v.MediaId).HasMaxLength(PublicId.MaxLength);
        builder.Property(v => v.Split).HasMaxLength(10);
        builder.BelongsTo<VersionMedia, DatasetVersion>(nameof(VersionMedia.VersionId));
        builder.BelongsTo<VersionMedia, MediaFile>(nameof(VersionMedia.MediaId));
    }
}
