using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Features.Model;
using Portal.Persistence;

namespace Portal.Features.Tune;

/// <summary>A tuned model as it stood at a step; each has an endpoint of its own.</summary>
public sealed class Checkpoint : TenantOwned, IVersioned
{
    public required string JobId { get; init; }

    /// <summary>Google's id of it: counts from "1".</summary>
    public required string VendorId { get; init; }

    public required long Epoch { get; init; }

    public required long Step { get; init; }

    /// <summary>Full name of its endpoint; empty where Google made none.</summary>
    public required string Endpoint { get; init; }

    /// <summary>Null where there were no validation rows.</summary>
    public double? ValidationLoss { get; init; }

    public bool IsDefault { get; init; }

    public bool IsProposed { get; private set; }

    /// <summary>Set once it can be evaluated.</summary>
    public string? CandidateId { get; private set; }

    public long Version { get; private set; }

    public void Propose() => IsProposed = true;

    public void Registered(string candidateId) => CandidateId = candidateId;

    /// <summary>
    /// The lowest validation loss; of equals the earliest, which has learnt least by heart. Without validation rows it is the last.
    /// One without an endpoint cannot be asked and is never proposed.
    /// </summary>
    public static Checkpoint? Best(IReadOnlyList<Checkpoint> checkpoints)
    {
        var usable = checkpoints.Where(c => c.Endpoint is not "").ToList();
        var measured = usable.Where(c => c.ValidationLoss is { } loss && double.IsFinite(loss)).ToList();
        return measured.Count > 0 ? measured.OrderBy(c => c.ValidationLoss).ThenBy(c => c.Step).First() : usable.MaxBy(c => c.Step);
    }
}

internal sealed class CheckpointMapping : IEntityTypeConfiguration<Checkpoint>
{
    public void Configure(EntityTypeBuilder<Checkpoint> builder)
    {
        builder.HasPublicId("ckp");
        builder.Property(c => c.JobId).HasMaxLength(PublicId.MaxLength);
        builder.Property(c => c.VendorId).HasMaxLength(80);
        builder.Property(c => c.CandidateId).HasMaxLength(PublicId.MaxLength);
        builder.BelongsTo<Checkpoint, TuningJob>(nameof(Checkpoint.JobId));
        builder.BelongsTo<Checkpoint, Candidate>(nameof(Checkpoint.CandidateId));
        builder.HasIndex(c => new { c.TenantId, c.JobId, c.VendorId }).IsUnique();
    }
}
