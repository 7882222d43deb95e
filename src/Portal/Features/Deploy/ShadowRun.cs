using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Features.Define;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Deploy;

public enum ShadowState
{
    Running,
    Ended,
}

/// <summary>A candidate that is asked what callers asked, once they have their answer: its own answer goes to nobody and is only compared.</summary>
public sealed class ShadowRun : TenantOwned, IVersioned
{
    public const int MostPercent = 50;
    public const int MostCalls = 10_000;
    public const int MostDays = 30;

    public required string ProjectId { get; init; }

    public required string EndpointId { get; init; }

    public required string CandidateId { get; init; }

    public required string CandidateName { get; init; }

    public required string BaseModelId { get; init; }

    /// <summary>Of a hundred calls with a key, how many it is asked too.</summary>
    public required int Percent { get; init; }

    /// <summary>After so many it ends.</summary>
    public required int Calls { get; init; }

    /// <summary>The most that a day (UTC) can cost. The call that could go beyond it is not made.</summary>
    public required long DayMicros { get; init; }

    public required string StartedByUserId { get; init; }

    public required string StartedByName { get; init; }

    public required DateTime StartedAt { get; init; }

    public required DateTime EndsAt { get; init; }

    public ShadowState State { get; private set; }

    /// <summary>The endpoint while it runs, the run itself afterwards: a unique index over it keeps a second one out.</summary>
    public string Slot { get; private set; } = "";

    /// <summary>Copies that were not asked, since the queue was full, or the day's limit or a budget did not allow for them. Set by statements of the worker's own.</summary>
    public long Dropped { get; private set; }

    /// <summary>Copies that were taken to be asked. This, and the day's figures, are changed by statements that refuse what would go beyond.</summary>
    public int Taken { get; private set; }

    public DateTime? Day { get; private set; }

    /// <summary>Of that day: what was used, and the worst of what is under way.</summary>
    public long DayUsedMicros { get; private set; }

    public DateTime? EndedAt { get; private set; }

    public string EndReason { get; private set; } = "";

    public long Version { get; private set; }

    public void Begin() => Slot = EndpointId;

    public void End(string reason, DateTime now) => (State, Slot, EndedAt, EndReason) = (ShadowState.Ended, Id, now, reason);

    public AuditTarget AsTarget() => new("shadow run", Id, CandidateName, ProjectId);
}

/// <summary>One call that a candidate was asked beside what answered: how it compares, never what was said.</summary>
public sealed class ShadowCall : TenantOwned
{
    public required string ProjectId { get; init; }

    public required string ShadowRunId { get; init; }

    /// <summary>Of the answer that the caller had. One answer is compared once.</summary>
    public required string ResponseId { get; init; }

    public required int Status { get; init; }

    public required int Milliseconds { get; init; }

    public required int LiveMilliseconds { get; init; }

    public required long AmountMicros { get; init; }

    public required long LiveAmountMicros { get; init; }

    /// <summary>Null where the two cannot be compared: one of them failed, or the task's answers are free texts.</summary>
    public bool? Agrees { get; init; }

    /// <summary>Of answers that are JSON: the fields that either has, and those that both have alike.</summary>
    public int Fields { get; init; }

    public int SameFields { get; init; }

    public required DateTime At { get; init; }
}

internal sealed class ShadowRunMapping : IEntityTypeConfiguration<ShadowRun>
{
    public void Configure(EntityTypeBuilder<ShadowRun> builder)
    {
        builder.HasPublicId("shr");
        builder.Property(r => r.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(r => r.EndpointId).HasMaxLength(PublicId.MaxLength);
        builder.Property(r => r.CandidateId).HasMaxLength(PublicId.MaxLength);
        builder.Property(r => r.CandidateName).HasMaxLength(200);
        builder.Property(r => r.BaseModelId).HasMaxLength(100);
        builder.Property(r => r.StartedByUserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(r => r.StartedByName).HasMaxLength(200);
        builder.Property(r => r.Slot).HasMaxLength(PublicId.MaxLength);
        builder.BelongsTo<ShadowRun, Project>(nameof(ShadowRun.ProjectId));
        builder.BelongsTo<ShadowRun, Endpoint>(nameof(ShadowRun.EndpointId));
        builder.BelongsTo<ShadowRun, Candidate>(nameof(ShadowRun.CandidateId));
        builder.HasIndex(r => new { r.TenantId, r.Slot }).IsUnique();
        builder.HasIndex(r => new { r.State, r.EndsAt });
    }
}

internal sealed class ShadowCallMapping : IEntityTypeConfiguration<ShadowCall>
{
    public void Configure(EntityTypeBuilder<ShadowCall> builder)
    {
        builder.HasPublicId("shc");
        builder.Property(c => c.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(c => c.ShadowRunId).HasMaxLength(PublicId.MaxLength);
        builder.Property(c => c.ResponseId).HasMaxLength(PublicId.MaxLength);
        builder.BelongsTo<ShadowCall, Project>(nameof(ShadowCall.ProjectId));
        builder.BelongsTo<ShadowCall, ShadowRun>(nameof(ShadowCall.ShadowRunId));
        builder.HasIndex(c => new { c.TenantId, c.ShadowRunId, c.ResponseId }).IsUnique();
        builder.HasIndex(c => new { c.TenantId, c.ShadowRunId, c.At });
    }
}
