using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Persistence;

namespace Portal.Features.Evaluate;

public enum EvaluationState
{
    /// <summary>Saved; its runs are not all started yet.</summary>
    Queued,

    /// <summary>The candidates are answering the sealed rows.</summary>
    Running,
    Succeeded,
    Failed,
    Cancelled,
}

/// <summary>
/// Scoring of candidates on a version's sealed split. Metric and target are kept as they stood when it was started: a target
/// that is moved afterwards changes no result.
/// </summary>
public sealed class EvaluationRun : TenantOwned, ILeased
{
    /// <summary>A step that fails so often is a fault that more tries will not mend.</summary>
    public const int MostAttempts = 8;

    public required string ProjectId { get; init; }

    public required string VersionId { get; init; }

    /// <summary>Counted in the project; two starts at once cannot both take one number.</summary>
    public required int Number { get; init; }

    public required MetricKind Metric { get; init; }

    public required double Target { get; init; }

    public required DateTime CreatedAt { get; init; }

    public string StartedByUserId { get; init; } = "";

    public string StartedByName { get; init; } = "";

    public EvaluationState State { get; private set; } = EvaluationState.Queued;

    public DateTime? EndedAt { get; private set; }

    public DateTime? CancelRequestedAt { get; private set; }

    public string Problem { get; private set; } = "";

    public string ProblemDetails { get; private set; } = "";

    /// <summary>Held by the worker that is at it; another may take it once it has run out.</summary>
    public DateTime? LeaseUntil { get; private set; }

    public string? LeaseToken { get; private set; }

    /// <summary>Steps begun without a save since.</summary>
    public int Attempts { get; private set; }

    public long Version { get; private set; }

    public bool IsActive => State is EvaluationState.Queued or EvaluationState.Running;

    public void Run() => Move(EvaluationState.Running);

    public void Succeed(DateTime at) => End(EvaluationState.Succeeded, at);

    public void Cancel(DateTime at) => End(EvaluationState.Cancelled, at);

    public void Fail(string problem, string details, DateTime at)
    {
        End(EvaluationState.Failed, at);
        (Problem, ProblemDetails) = (Bounded(problem, 1_000), Bounded(details, 4_000));
    }

    /// <summary>Adds up once more what its runs have answered.</summary>
    public void Again()
    {
        if (State is EvaluationState.Failed)
        {
            (EndedAt, Problem, ProblemDetails) = (null, "", "");
            Move(EvaluationState.Queued);
        }
    }

    private void End(EvaluationState state, DateTime at)
    {
        if (!IsActive)
        {
            throw new InvalidOperationException($"Evaluation {Id} has ended as {State}.");
        }

        EndedAt = at;
        Move(state);
    }

    private void Move(EvaluationState state) => (State, Attempts, LeaseToken, LeaseUntil) = (state, 0, null, null);

    private static string Bounded(string text, int length) => text.Length <= length ? text : text[..length];
}

internal sealed class EvaluationRunMapping : IEntityTypeConfiguration<EvaluationRun>
{
    public void Configure(EntityTypeBuilder<EvaluationRun> builder)
    {
        builder.HasPublicId("evl");
        builder.Property(e => e.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(e => e.VersionId).HasMaxLength(PublicId.MaxLength);
        builder.Property(e => e.StartedByUserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(e => e.StartedByName).HasMaxLength(200);
        builder.Property(e => e.Problem).HasMaxLength(1_000);
        builder.Property(e => e.ProblemDetails).HasMaxLength(4_000);
        builder.Property(e => e.LeaseToken).HasMaxLength(40);
        builder.Ignore(e => e.IsActive);
        builder.BelongsTo<EvaluationRun, Project>(nameof(EvaluationRun.ProjectId));
        builder.BelongsTo<EvaluationRun, DatasetVersion>(nameof(EvaluationRun.VersionId));
        builder.HasIndex(e => new { e.TenantId, e.ProjectId, e.Number }).IsUnique();
        builder.HasIndex(e => e.State);
    }
}

public static class EvaluateTables
{
    extension(PortalDbContext db)
    {
        public DbSet<EvaluationRun> EvaluationRuns => db.Set<EvaluationRun>();

        public DbSet<EvaluatedCandidate> EvaluatedCandidates => db.Set<EvaluatedCandidate>();
    }
}
