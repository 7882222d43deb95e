using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Features.Define;
using Portal.Features.Model;
using Portal.Persistence;

namespace Portal.Features.Deploy;

public enum DeploymentState
{
    /// <summary>Approved; its smoke call has not begun.</summary>
    Draft,

    /// <summary>A smoke call is under way.</summary>
    Testing,

    /// <summary>Answers callers. The endpoint's reference says the same.</summary>
    Deployed,

    /// <summary>Answers a share of the callers beside what is live. The endpoint's second reference says the same.</summary>
    Canary,

    /// <summary>The smoke call brought no valid answer.</summary>
    Failed,

    /// <summary>Answered callers once: replaced, rolled back from, or taken down.</summary>
    Undeployed,
}

/// <summary>The record that one candidate serves, or served, behind an endpoint: who approved it, on what grounds, and what its smoke call said.</summary>
public sealed class Deployment : TenantOwned, IVersioned
{
    public const int ReasonLength = 1_000;

    public required string ProjectId { get; init; }

    public required string EndpointId { get; init; }

    public required string CandidateId { get; init; }

    public required string CandidateName { get; init; }

    /// <summary>Whose token prices its calls have.</summary>
    public required string BaseModelId { get; init; }

    public required int Number { get; init; }

    /// <summary>Of a hundred calls, how many it was approved for at first; zero takes the whole place at once.</summary>
    public int FirstPercent { get; init; }

    public DeploymentState State { get; private set; } = DeploymentState.Draft;

    public required bool GatePassed { get; init; }

    /// <summary>Why it was deployed although the gate did not pass; empty when it did.</summary>
    public string OverrideReason { get; init; } = "";

    public required string ApprovedByUserId { get; init; }

    public string ApprovedByName { get; init; } = "";

    public required DateTime ApprovedAt { get; init; }

    /// <summary>Who asked for it to be put back; null while it serves, or served, for the first time.</summary>
    public string? ReturnedByUserId { get; private set; }

    public DateTime? ReturnedAt { get; private set; }

    /// <summary>Until then nobody else makes the smoke call; a step that was killed leaves it to expire.</summary>
    public DateTime? TestingUntil { get; private set; }

    public DateTime? SmokeAt { get; private set; }

    public int? SmokeMilliseconds { get; private set; }

    /// <summary>What the smoke call met, in words; empty while it is unknown or was well.</summary>
    public string SmokeProblem { get; private set; } = "";

    public DateTime? DeployedAt { get; private set; }

    public DateTime? EndedAt { get; private set; }

    /// <summary>Why it was taken back as a canary, with the figures; empty for what never was one, or was promoted.</summary>
    public string EndReason { get; private set; } = "";

    /// <summary>It served elsewhere: an archive says so, and nothing here has tested it.</summary>
    public bool IsImported { get; private set; }

    public long Version { get; private set; }

    public bool IsUnderWay => State is DeploymentState.Draft or DeploymentState.Testing;

    /// <summary>On whose word it is tested.</summary>
    public string AnswerableUserId => ReturnedByUserId ?? ApprovedByUserId;

    /// <summary>It has answered before, so it may answer again, once it has shown that it still can.</summary>
    public bool CanComeBack => State is DeploymentState.Undeployed && DeployedAt is not null && !IsImported;

    /// <summary>False while another step holds it, or once it has come to rest.</summary>
    public bool TryBeginTest(DateTime now, TimeSpan lease)
    {
        if (!IsUnderWay || (State is DeploymentState.Testing && TestingUntil > now))
        {
            return false;
        }

        (State, TestingUntil) = (DeploymentState.Testing, now + lease);
        return true;
    }

    public void Passed(int milliseconds, DateTime now)
    {
        (SmokeAt, SmokeMilliseconds, SmokeProblem) = (now, milliseconds, "");
        GoLive(now);
    }

    /// <summary>Puts it at the beginning of its test again.</summary>
    public void Return(string userId, DateTime now) => (State, ReturnedByUserId, ReturnedAt, SmokeProblem) = (DeploymentState.Draft, userId, now, "");

    /// <summary>One that has answered before stays what it was: it may be tried again.</summary>
    public void FailedTest(string problem, DateTime now)
    {
        (State, TestingUntil) = (DeployedAt is null ? DeploymentState.Failed : DeploymentState.Undeployed, null);
        EndedAt = DeployedAt is null ? now : EndedAt ?? now;
        (SmokeAt, SmokeProblem) = (now, problem.Length <= ReasonLength ? problem : problem[..ReasonLength]);
    }

    public void GoLive(DateTime now) => (State, TestingUntil, DeployedAt, EndedAt) = (DeploymentState.Deployed, null, now, null);

    public void PassedAsCanary(int milliseconds, DateTime now)
    {
        (SmokeAt, SmokeMilliseconds, SmokeProblem) = (now, milliseconds, "");
        (State, TestingUntil) = (DeploymentState.Canary, null);
    }

    public void EndCanary(string reason, DateTime now)
    {
        End(now);
        EndReason = reason.Length <= ReasonLength ? reason : reason[..ReasonLength];
    }

    public void End(DateTime now) => (State, EndedAt) = (DeploymentState.Undeployed, now);
}

internal sealed class DeploymentMapping : IEntityTypeConfiguration<Deployment>
{
    public void Configure(EntityTypeBuilder<Deployment> builder)
    {
        builder.HasPublicId("dep");
        builder.Property(d => d.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(d => d.EndpointId).HasMaxLength(PublicId.MaxLength);
        builder.Property(d => d.CandidateId).HasMaxLength(PublicId.MaxLength);
        builder.Property(d => d.CandidateName).HasMaxLength(200);
        builder.Property(d => d.BaseModelId).HasMaxLength(100);
        builder.Property(d => d.OverrideReason).HasMaxLength(Deployment.ReasonLength);
        builder.Property(d => d.EndReason).HasMaxLength(Deployment.ReasonLength);
        builder.Property(d => d.SmokeProblem).HasMaxLength(Deployment.ReasonLength);
        builder.Property(d => d.ReturnedByUserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(d => d.ApprovedByUserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(d => d.ApprovedByName).HasMaxLength(200);
        builder.Ignore(d => d.IsUnderWay);
        builder.Ignore(d => d.AnswerableUserId);
        builder.Ignore(d => d.CanComeBack);
        builder.BelongsTo<Deployment, Project>(nameof(Deployment.ProjectId));
        builder.BelongsTo<Deployment, Endpoint>(nameof(Deployment.EndpointId));
        builder.BelongsTo<Deployment, Candidate>(nameof(Deployment.CandidateId));
        builder.HasIndex(d => new { d.TenantId, d.EndpointId, d.Number }).IsUnique();
        builder.HasIndex(d => d.State);
    }
}

public static class DeployTables
{
    extension(PortalDbContext db)
    {
        public DbSet<Endpoint> Endpoints => db.Set<Endpoint>();

        public DbSet<Deployment> Deployments => db.Set<Deployment>();

        public DbSet<InferenceLog> InferenceLogs => db.Set<InferenceLog>();

        public DbSet<InventoryLook> InventoryLooks => db.Set<InventoryLook>();

        public DbSet<ShadowRun> ShadowRuns => db.Set<ShadowRun>();

        public DbSet<ShadowCall> ShadowCalls => db.Set<ShadowCall>();

        public DbSet<Stray> Strays => db.Set<Stray>();
    }
}
