using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Persistence;

namespace Portal.Features.Model;

/// <summary>A step of the ladder from a plain prompt to a tuned model.</summary>
public enum Rung
{
    Prompt,
    FewShot,
    Retrieval,
    Functions,
    Tuned,
}

/// <summary>What is scored and may be deployed: a model and the recipe it is asked with.</summary>
public sealed class Candidate : TenantOwned
{
    public required string ProjectId { get; init; }

    public required string Name { get; init; }

    public required Rung Rung { get; init; }

    public required string BaseModelId { get; init; }

    /// <summary>What is called: a base model's id, or the full name of a tuned model's endpoint.</summary>
    public required string ModelName { get; init; }

    public required string RecipeId { get; init; }

    /// <summary>
    /// The version whose training rows it has seen: it was tuned on them, or its prompt was made for them. Sealed rows of another version may be
    /// among those. Null for what was registered before this was kept.
    /// </summary>
    public required string? VersionId { get; init; }

    /// <summary>Where it comes from: the dataset version a prompt was made for, or the tuning job.</summary>
    public required string SourceId { get; init; }

    /// <summary>Makes registering it twice impossible.</summary>
    public required string Key { get; init; }

    public required DateTime CreatedAt { get; init; }

    /// <summary>Leads the name of what an imported archive names at the vendor. It may be anybody's, so it is kept to be read and never called.</summary>
    public const string FormerPrefix = "former:";

    public static bool IsFormer(string vendorName) => vendorName.StartsWith(FormerPrefix, StringComparison.Ordinal);

    public static void RefuseFormer(string vendorName)
    {
        if (IsFormer(vendorName))
        {
            throw new PortalException(
                $"This model came with an imported archive and stands where it was tuned: {vendorName[FormerPrefix.Length..]}. It cannot be called from here. Tune it again from its version and settings.");
        }
    }
}

internal sealed class CandidateMapping : IEntityTypeConfiguration<Candidate>
{
    public void Configure(EntityTypeBuilder<Candidate> builder)
    {
        builder.HasPublicId("cnd");
        builder.Property(c => c.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(c => c.Name).HasMaxLength(200);
        builder.Property(c => c.BaseModelId).HasMaxLength(80);
        builder.Property(c => c.RecipeId).HasMaxLength(PublicId.MaxLength);
        builder.Property(c => c.VersionId).HasMaxLength(PublicId.MaxLength);
        builder.Property(c => c.SourceId).HasMaxLength(PublicId.MaxLength);
        builder.Property(c => c.Key).HasMaxLength(200);
        builder.BelongsTo<Candidate, Project>(nameof(Candidate.ProjectId));
        builder.BelongsTo<Candidate, Recipe>(nameof(Candidate.RecipeId));
        builder.BelongsTo<Candidate, DatasetVersion>(nameof(Candidate.VersionId));
        builder.HasIndex(c => new { c.TenantId, c.ProjectId, c.Key }).IsUnique();
    }
}
