using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Persistence;

namespace Portal.Features.Tune;

internal sealed class TuningJobMapping : IEntityTypeConfiguration<TuningJob>
{
    public void Configure(EntityTypeBuilder<TuningJob> builder)
    {
        builder.HasPublicId("tun");
        builder.Property(j => j.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(j => j.VersionId).HasMaxLength(PublicId.MaxLength);
        builder.Property(j => j.BaseModelId).HasMaxLength(80);
        builder.Property(j => j.BaseModelName).HasMaxLength(120);
        builder.Property(j => j.Location).HasMaxLength(40);
        builder.Property(j => j.Instruction).HasMaxLength(TaskDefinition.InstructionLength);
        builder.Property(j => j.StartedByName).HasMaxLength(200);
        builder.Property(j => j.StartedByUserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(j => j.Slot).HasMaxLength(PublicId.MaxLength);
        builder.Property(j => j.UploadSession).HasMaxLength(4_000);
        builder.Property(j => j.TrainUri).HasMaxLength(1_200);
        builder.Property(j => j.ValidationUri).HasMaxLength(1_200);
        builder.Property(j => j.VendorState).HasMaxLength(80);
        builder.Property(j => j.Problem).HasMaxLength(1_000);
        builder.Property(j => j.ProblemDetails).HasMaxLength(TuningJob.DetailsLength);
        builder.Property(j => j.LeaseToken).HasMaxLength(40).IsConcurrencyToken();
        builder.BelongsTo<TuningJob, Project>(nameof(TuningJob.ProjectId));
        builder.BelongsTo<TuningJob, DatasetVersion>(nameof(TuningJob.VersionId));
        builder.HasIndex(j => new { j.TenantId, j.Slot }).IsUnique();
        builder.HasIndex(j => new { j.TenantId, j.ProjectId, j.CreatedAt });
        builder.HasIndex(j => new { j.FilesDeletedAt, j.NextStepAt });
    }
}

public static class TuneTables
{
    extension(PortalDbContext db)
    {
        public DbSet<TuningJob> TuningJobs => db.Set<TuningJob>();

        public DbSet<MetricPoint> MetricPoints => db.Set<MetricPoint>();

        public DbSet<Checkpoint> Checkpoints => db.Set<Checkpoint>();

        public DbSet<TokenCount> TokenCounts => db.Set<TokenCount>();
    }
}
