using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Features.Define;
using Portal.Features.Deploy;
using Portal.Persistence;
using Endpoint = Portal.Features.Deploy.Endpoint;

namespace Portal.Features.Monitor;

public enum RetuneState
{
    Open,

    /// <summary>A tuning was started after it.</summary>
    Started,

    /// <summary>Somebody said no. It is proposed again only for something new.</summary>
    Dismissed,

    /// <summary>Another deployment is live by now.</summary>
    Outlived,
}

/// <summary>That a live model should be tuned again: why, in figures, and what it would cost. One of a deployment is open at a time.</summary>
public sealed class RetuneProposal : TenantOwned, IVersioned
{
    public required string ProjectId { get; init; }

    public required string DeploymentId { get; init; }

    /// <summary>The deployment's id while it is open, afterwards its own: a deployment has one place.</summary>
    public string Slot { get; private set; } = "";

    public RetuneState State { get; private set; } = RetuneState.Open;

    /// <summary>The figures as they were, those that crossed nothing included.</summary>
    public required string SignalsJson { get; init; }

    /// <summary>The rows that the next version would train on.</summary>
    public int TrainRows { get; init; }

    /// <summary>Training tokens of one pass over them, and of all.</summary>
    public long LikelyTokens { get; init; }

    public long LikelyMicros { get; init; }

    public long WorstMicros { get; init; }

    /// <summary>Why no price could be worked out; empty where there is one.</summary>
    public string QuoteProblem { get; init; } = "";

    public required DateTime CreatedAt { get; init; }

    public string EndedByName { get; private set; } = "";

    public DateTime? EndedAt { get; private set; }

    public long Version { get; private set; }

    public IReadOnlyList<RetuneSignal> Signals => RetuneSignal.Parse(SignalsJson);

    public void Open() => Slot = DeploymentId;

    public void End(RetuneState state, string byName, DateTime at) => (State, Slot, EndedByName, EndedAt) = (state, Id, byName, at);

    public AuditTarget AsTarget() => new("re-tune", Id, "The proposal to tune again", ProjectId);
}

/// <summary>When a live endpoint was last looked at, and what was found.</summary>
public sealed class RetuneWatch : TenantOwned, IVersioned
{
    public required string ProjectId { get; init; }

    public required string EndpointId { get; init; }

    /// <summary>The deployment whose figures these are.</summary>
    public string? DeploymentId { get; private set; }

    public DateTime? CheckedAt { get; private set; }

    public string SignalsJson { get; private set; } = "";

    public long Version { get; private set; }

    public IReadOnlyList<RetuneSignal> Signals => RetuneSignal.Parse(SignalsJson);

    public void Note(string deploymentId, IReadOnlyList<RetuneSignal> signals) => (DeploymentId, SignalsJson) = (deploymentId, RetuneSignal.ToStored(signals));
}

internal sealed class RetuneProposalMapping : IEntityTypeConfiguration<RetuneProposal>
{
    public void Configure(EntityTypeBuilder<RetuneProposal> builder)
    {
        builder.HasPublicId("rtp");
        builder.Property(p => p.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(p => p.DeploymentId).HasMaxLength(PublicId.MaxLength);
        builder.Property(p => p.Slot).HasMaxLength(PublicId.MaxLength);
        builder.Property(p => p.SignalsJson).HasMaxLength(4_000);
        builder.Property(p => p.QuoteProblem).HasMaxLength(1_000);
        builder.Property(p => p.EndedByName).HasMaxLength(200);
        builder.Ignore(p => p.Signals);
        builder.BelongsTo<RetuneProposal, Project>(nameof(RetuneProposal.ProjectId));
        builder.BelongsTo<RetuneProposal, Deployment>(nameof(RetuneProposal.DeploymentId));
        builder.HasIndex(p => new { p.TenantId, p.Slot }).IsUnique();
        builder.HasIndex(p => new { p.TenantId, p.ProjectId, p.CreatedAt });
    }
}

internal sealed class RetuneWatchMapping : IEntityTypeConfiguration<RetuneWatch>
{
    public void Configure(EntityTypeBuilder<RetuneWatch> builder)
    {
        builder.HasPublicId("rtw");
        builder.Property(w => w.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(w => w.EndpointId).HasMaxLength(PublicId.MaxLength);
        builder.Property(w => w.DeploymentId).HasMaxLength(PublicId.MaxLength);
        builder.Property(w => w.SignalsJson).HasMaxLength(4_000);
        builder.Ignore(w => w.Signals);
        builder.BelongsTo<RetuneWatch, Project>(nameof(RetuneWatch.ProjectId));
        builder.BelongsTo<RetuneWatch, Endpoint>(nameof(RetuneWatch.EndpointId));
        builder.BelongsTo<RetuneWatch, Deployment>(nameof(RetuneWatch.DeploymentId));
        builder.HasIndex(w => new { w.TenantId, w.EndpointId }).IsUnique();
    }
}
