using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Features.Define;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>A file on its way here in parts. It becomes an import only when it is whole.</summary>
public sealed class Upload : TenantOwned, IVersioned
{
    public required string ProjectId { get; init; }

    public required string FileName { get; init; }

    public required long Length { get; init; }

    /// <summary>Of all parts but the last.</summary>
    public required int PartBytes { get; init; }

    /// <summary>What the whole must hash to, in lower-case hex; empty where the sender did not say.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>Where the blob store puts the whole; its parts are beside it.</summary>
    public required string BlobName { get; init; }

    public required DateTime StartedAt { get; init; }

    public string UserId { get; init; } = "";

    /// <summary>Of the last part, so that nobody's slow upload is cleared under their hands.</summary>
    public DateTime LastPartAt { get; set; }

    /// <summary>The import it became; null while parts are missing.</summary>
    public string? ImportId { get; private set; }

    public bool IsRepeat { get; private set; }

    public long Version { get; private set; }

    public int PartCount => (int)((Length + PartBytes - 1) / PartBytes);

    public long LengthOf(int part) => Math.Min(PartBytes, Length - ((long)part * PartBytes));

    public string BlobOf(int part) => $"{BlobName}/{part}";

    public void Become(string importId, bool isRepeat) => (ImportId, IsRepeat) = (importId, isRepeat);
}

/// <summary>A part that is here, whole and checked.</summary>
public sealed class UploadPart : TenantOwned
{
    public required string UploadId { get; init; }

    /// <summary>Counted from 0.</summary>
    public required int Number { get; init; }

    public required string Sha256 { get; set; }
}

internal sealed class UploadMapping : IEntityTypeConfiguration<Upload>, IEntityTypeConfiguration<UploadPart>
{
    public void Configure(EntityTypeBuilder<Upload> builder)
    {
        builder.HasPublicId("upl");
        builder.Property(u => u.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(u => u.FileName).HasMaxLength(255);
        builder.Property(u => u.Sha256).HasMaxLength(64);
        builder.Property(u => u.BlobName).HasMaxLength(120);
        builder.Property(u => u.UserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(u => u.ImportId).HasMaxLength(PublicId.MaxLength);
        builder.Ignore(u => u.PartCount);
        builder.BelongsTo<Upload, Project>(nameof(Upload.ProjectId));
        builder.BelongsTo<Upload, DatasetImport>(nameof(Upload.ImportId));
        builder.HasIndex(u => new { u.TenantId, u.ProjectId });
        builder.HasIndex(u => u.LastPartAt);
    }

    public void Configure(EntityTypeBuilder<UploadPart> builder)
    {
        builder.HasPublicId("upp");
        builder.Property(p => p.UploadId).HasMaxLength(PublicId.MaxLength);
        builder.Property(p => p.Sha256).HasMaxLength(64);
        builder.BelongsTo<UploadPart, Upload>(nameof(UploadPart.UploadId));
        builder.HasIndex(p => new { p.TenantId, p.UploadId, p.Number }).IsUnique();
    }
}
