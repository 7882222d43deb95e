using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Features.Define;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>The examples of a project. It points at the import whose rows are worked on, so a new import replaces them in one step or not at all.</summary>
public sealed class Dataset : TenantOwned, IVersioned
{
    public required string ProjectId { get; init; }

    public string? WorkingImportId { get; private set; }

    public long Version { get; private set; }

    public void WorkOn(DatasetImport import) => WorkingImportId = import.Id;
}

internal sealed class DatasetMapping : IEntityTypeConfiguration<Dataset>
{
    public void Configure(EntityTypeBuilder<Dataset> builder)
    {
        builder.HasPublicId("dst");
        builder.Property(d => d.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(d => d.WorkingImportId).HasMaxLength(PublicId.MaxLength);
        builder.BelongsTo<Dataset, Project>(nameof(Dataset.ProjectId));
        builder.BelongsTo<Dataset, DatasetImport>(nameof(Dataset.WorkingImportId));
        builder.HasIndex(d => new { d.TenantId, d.ProjectId }).IsUnique();
    }
}

public static class DataTables
{
    extension(PortalDbContext db)
    {
        public DbSet<Dataset> Datasets => db.Set<Dataset>();

        public DbSet<DatasetImport> DatasetImports => db.Set<DatasetImport>();

        public DbSet<Upload> Uploads => db.Set<Upload>();

        public DbSet<UploadPart> UploadParts => db.Set<UploadPart>();

        public DbSet<Example> Examples => db.Set<Example>();

        public DbSet<Finding> Findings => db.Set<Finding>();

        public DbSet<FindingRow> FindingRows => db.Set<FindingRow>();

        public DbSet<DecisionEntry> DecisionEntries => db.Set<DecisionEntry>();

        public DbSet<RowDecision> RowDecisions => db.Set<RowDecision>();

        public DbSet<RowEdit> RowEdits => db.Set<RowEdit>();

        public DbSet<Review> Reviews => db.Set<Review>();

        public DbSet<ReviewRow> ReviewRows => db.Set<ReviewRow>();

        public DbSet<ReviewAnswer> ReviewAnswers => db.Set<ReviewAnswer>();

        public DbSet<RedactedValue> RedactedValues => db.Set<RedactedValue>();

        public DbSet<RedactionKey> RedactionKeys => db.Set<RedactionKey>();

        public DbSet<DatasetVersion> DatasetVersions => db.Set<DatasetVersion>();

        public DbSet<FrozenExample> FrozenExamples => db.Set<FrozenExample>();

        public DbSet<MediaFile> MediaFiles => db.Set<MediaFile>();

        public DbSet<VersionMedia> VersionMedia => db.Set<VersionMedia>();

        public DbSet<ErasedRow> ErasedRows => db.Set<ErasedRow>();

        public DbSet<SealedLook> SealedLooks => db.Set<SealedLook>();

        public DbSet<Augmentation> Augmentations => db.Set<Augmentation>();

        public DbSet<SyntheticDraft> SyntheticDrafts => db.Set<SyntheticDraft>();

        public DbSet<TrafficDraft> TrafficDrafts => db.Set<TrafficDraft>();
    }
}
