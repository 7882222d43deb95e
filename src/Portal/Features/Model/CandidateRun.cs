using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Features.Billing;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Persistence;

namespace Portal.Features.Model;

public enum RunState
{
    Queued,
    Running,
    Succeeded,
    Failed,
    Cancelled,
}

/// <summary>One candidate answering the rows of one split, step by step, until each row has an answer or a failure.</summary>
public sealed class CandidateRun : TenantOwned, ILeased
{
    public const int ProblemLength = 1_000;
    public const int DetailsLength = 4_000;

    public required string ProjectId { get; init; }

    public required string CandidateId { get; init; }

    public required string VersionId { get; init; }

    public required Split Split { get; init; }

    public required UsageSource Source { get; init; }

    /// <summary>The how-manieth try of this candidate on this split: two starts at once cannot both take one number.</summary>
    public required int Attempt { get; init; }

    public required MetricKind Metric { get; init; }

    public required int Total { get; init; }

    /// <summary>Rows up to this rank are in the run; null when all of the split are.</summary>
    public required long? SampleLimit { get; init; }

    /// <summary>Every row up to this number has its answer or failure.</summary>
    public int Cursor { get; private set; }

    /// <summary>Prices as they were quoted; the usage is recorded at them.</summary>
    public required long InputPricePerMillion { get; init; }

    public required long OutputPricePerMillion { get; init; }

    public TokenPrices Prices => new(InputPricePerMillion, OutputPricePerMillion);

    /// <summary>The quote's worst: no further row is asked once it is used up.</summary>
    public required long ReservedMicros { get; init; }

    public required DateTime CreatedAt { get; init; }

    /// <summary>Whose right it began by; empty for the portal's own.</summary>
    public string StartedByUserId { get; init; } = "";

    public RunState State { get; private set; } = RunState.Queued;

    /// <summary>Rows with an answer; together with <see cref="FailedCount"/> they grow to <see cref="Total"/>.</summary>
    public int Done { get; private set; }

    public int FailedCount { get; private set; }

    public long SpentMicros { get; private set; }

    public DateTime? StartedAt { get; private set; }

    public DateTime? EndedAt { get; private set; }

    public DateTime? UpdatedAt { get; private set; }

    public DateTime? CancelRequestedAt { get; private set; }

    /// <summary>Held by the worker that is at it; another may take the run once it has run out.</summary>
    public DateTime? LeaseUntil { get; private set; }

    public string? LeaseToken { get; private set; }

    public DateTime? NextAttemptAt { get; private set; }

    /// <summary>Steps in a row that brought nothing forward.</summary>
    public int FruitlessSteps { get; private set; }

    /// <summary>Why it waits, or why it failed.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>Google's own words behind <see cref="Problem"/>.</summary>
    public string ProblemDetails { get; private set; } = "";

    public RunMetrics? Metrics { get; private set; }

    public long Version { get; private set; }

    /// <summary>No row has been asked yet, so nothing is lost where it stops.</summary>
    public bool IsUntouched => Answered is 0 && SpentMicros is 0;

    public bool IsActive => State is RunState.Queued or RunState.Running;

    /// <summary>Some rows could not be asked: the score is not of the whole split, so it can prove nothing good.</summary>
    public bool IsIncomplete => State is RunState.Succeeded && FailedCount > 0;

    public int Answered => Done + FailedCount;

    /// <summary>It has, or will have, what another run over so many rows would bring.</summary>
    public bool Answers(int total, MetricKind metric) => Total == total && Metric == metric && (IsActive || (State is RunState.Succeeded && !IsIncomplete));

    public void Advance(int cursor, int done, int failed, long spentMicros, DateTime now)
    {
        Cursor = cursor;
        Done += done;
        FailedCount += failed;
        SpentMicros += spentMicros;
        FruitlessSteps = done + failed > 0 ? 0 : FruitlessSteps + 1;
        (NextAttemptAt, Problem, ProblemDetails) = (null, "", "");
        Release(now);
    }

    public void Wait(DateTime until, string problem, string details, DateTime now)
    {
        NextAttemptAt = until;
        Explain(problem, details);
        Release(now);
    }

    /// <summary>Without waiting for its time.</summary>
    public void Hurry(DateTime now) => NextAttemptAt = NextAttemptAt is null ? null : now;

    public void Succeed(RunMetrics metrics, DateTime now)
    {
        Metrics = metrics;
        End(RunState.Succeeded, now);
    }

    public void Fail(string problem, string details, DateTime now)
    {
        End(RunState.Failed, now);
        Explain(problem, details);
    }

    public void Cancel(DateTime now) => End(RunState.Cancelled, now);

    private void End(RunState state, DateTime now)
    {
        (State, EndedAt, NextAttemptAt, Problem, ProblemDetails) = (state, now, null, "", "");
        Release(now);
    }

    private void Explain(string problem, string details) =>
        (Problem, ProblemDetails) = (CandidateAnswer.Stored(problem, ProblemLength), CandidateAnswer.Stored(details, DetailsLength));

    private void Release(DateTime now) => (LeaseToken, LeaseUntil, UpdatedAt) = (null, null, now);
}

internal sealed class CandidateRunMapping : IEntityTypeConfiguration<CandidateRun>
{
    public void Configure(EntityTypeBuilder<CandidateRun> builder)
    {
        builder.HasPublicId("run");
        builder.Property(r => r.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(r => r.CandidateId).HasMaxLength(PublicId.MaxLength);
        builder.Property(r => r.VersionId).HasMaxLength(PublicId.MaxLength);
        builder.Property(r => r.StartedByUserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(r => r.LeaseToken).HasMaxLength(40);
        builder.Property(r => r.Problem).HasMaxLength(CandidateRun.ProblemLength);
        builder.Property(r => r.ProblemDetails).HasMaxLength(CandidateRun.DetailsLength);
        builder.ComplexProperty(r => r.Metrics, metrics => metrics.IsRequired(false));
        builder.Ignore(r => r.IsActive).Ignore(r => r.IsUntouched).Ignore(r => r.IsIncomplete).Ignore(r => r.Answered).Ignore(r => r.Prices);
        builder.BelongsTo<CandidateRun, Project>(nameof(CandidateRun.ProjectId));
        builder.BelongsTo<CandidateRun, Candidate>(nameof(CandidateRun.CandidateId));
        builder.BelongsTo<CandidateRun, DatasetVersion>(nameof(CandidateRun.VersionId));
        builder.HasIndex(r => new { r.TenantId, r.CandidateId, r.VersionId, r.Split, r.Attempt }).IsUnique();
        builder.HasIndex(r => r.State);
    }
}

public static class ModelTables
{
    extension(PortalDbContext db)
    {
        public DbSet<CatalogueModel> CatalogueModels => db.Set<CatalogueModel>();

        public DbSet<CatalogueChange> CatalogueChanges => db.Set<CatalogueChange>();

        public DbSet<Recipe> Recipes => db.Set<Recipe>();

        public DbSet<Candidate> Candidates => db.Set<Candidate>();

        public DbSet<ModelChoice> ModelChoices => db.Set<ModelChoice>();

        public DbSet<CandidateRun> CandidateRuns => db.Set<CandidateRun>();

        public DbSet<CandidateAnswer> CandidateAnswers => db.Set<CandidateAnswer>();
    }
}
