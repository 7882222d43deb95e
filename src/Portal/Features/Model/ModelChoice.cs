using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Persistence;

namespace Portal.Features.Model;

/// <summary>What a project goes on with after the baselines, and the verdict it was chosen under.</summary>
public sealed class ModelChoice : TenantOwned, IVersioned
{
    public required string ProjectId { get; init; }

    public string BaseModelId { get; private set; } = "";

    public string CandidateId { get; private set; } = "";

    public string VersionId { get; private set; } = "";

    /// <summary>The run that measured it: the evidence behind the verdict.</summary>
    public string RunId { get; private set; } = "";

    public Verdict Verdict { get; private set; }

    public DateTime ChosenAt { get; private set; }

    public long Version { get; private set; }

    public void Choose(Candidate candidate, CandidateRun run, Verdict verdict, DateTime now)
    {
        BaseModelId = candidate.BaseModelId;
        CandidateId = candidate.Id;
        VersionId = run.VersionId;
        RunId = run.Id;
        Verdict = verdict;
        ChosenAt = now;
    }
}

internal sealed class ModelChoiceMapping : IEntityTypeConfiguration<ModelChoice>
{
    public void Configure(EntityTypeBuilder<ModelChoice> builder)
    {
        builder.HasPublicId("cho");
        builder.Property(c => c.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(c => c.BaseModelId).HasMaxLength(80);
        builder.Property(c => c.CandidateId).HasMaxLength(PublicId.MaxLength);
        builder.Property(c => c.VersionId).HasMaxLength(PublicId.MaxLength);
        builder.Property(c => c.RunId).HasMaxLength(PublicId.MaxLength);
        builder.BelongsTo<ModelChoice, Project>(nameof(ModelChoice.ProjectId));
        builder.BelongsTo<ModelChoice, Candidate>(nameof(ModelChoice.CandidateId));
        builder.BelongsTo<ModelChoice, DatasetVersion>(nameof(ModelChoice.VersionId));
        builder.BelongsTo<ModelChoice, CandidateRun>(nameof(ModelChoice.RunId));
        builder.HasIndex(c => new { c.TenantId, c.ProjectId }).IsUnique();
    }
}
