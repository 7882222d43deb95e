using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Features.Define;
using Portal.Persistence;

namespace Portal.Features.Data;

public enum AugmentationState
{
    Queued,
    Running,
    Succeeded,
    Failed,
    Cancelled,
}

/// <summary>A model of the project writes rows like some training rows, call by call. What it writes waits as <see cref="SyntheticDraft"/>s for somebody's yes.</summary>
public sealed class Augmentation : TenantOwned, ILeased
{
    public const int WishLength = 500;
    public const int MostRows = 200;
    public const int RowsPerCall = 10;
    public const int ProblemLength = 1_000;
    public const int DetailsLength = 4_000;

    /// <summary>Steps in a row that a busy vendor brought to nothing before it gives up: about ten minutes of waiting.</summary>
    public const int MostFruitlessSteps = 14;

    public required string ProjectId { get; init; }

    /// <summary>The rows that it adds to.</summary>
    public required string ImportId { get; init; }

    /// <summary>The version whose training rows are its examples.</summary>
    public required string VersionId { get; init; }

    /// <summary>The label that is asked for; empty where outputs are free, or any label will do.</summary>
    public string Label { get; init; } = "";

    public string Slice { get; init; } = "";

    /// <summary>What else somebody wishes of the rows, in their words.</summary>
    public string Wish { get; init; } = "";

    public required int Asked { get; init; }

    /// <summary>A base model's id, or a candidate's.</summary>
    public required string WriterId { get; init; }

    public required string WriterName { get; init; }

    /// <summary>What is called.</summary>
    public required string ModelName { get; init; }

    public required double Temperature { get; init; }

    /// <summary>Of the first call; each further one counts it up.</summary>
    public required int Seed { get; init; }

    /// <summary>The most an answer may have.</summary>
    public required int MaxOutputTokens { get; init; }

    public required long InputPricePerMillion { get; init; }

    public required long OutputPricePerMillion { get; init; }

    /// <summary>The quote's worst.</summary>
    public required long ReservedMicros { get; init; }

    public string StartedByUserId { get; init; } = "";

    public string StartedByName { get; init; } = "";

    public required DateTime CreatedAt { get; init; }

    public AugmentationState State { get; private set; } = AugmentationState.Queued;

    /// <summary>Calls that are over, with rows or without.</summary>
    public int CallsDone { get; private set; }

    /// <summary>The call that is under way has left: whoever finds this without an answer knows that it may have cost.</summary>
    public DateTime? AskedAt { get; private set; }

    /// <summary>What the call under way is taken for where its answer is lost.</summary>
    public long AskedInputTokens { get; private set; }

    public long AskedOutputTokens { get; private set; }

    /// <summary>Calls whose answer was lost with the process that waited for it; they are charged by an estimate.</summary>
    public int LostCalls { get; private set; }

    public DraftCounts Counts { get; private set; } = new(0, 0, 0, 0, 0, 0);

    public long InputTokens { get; private set; }

    public long OutputTokens { get; private set; }

    public long SpentMicros { get; private set; }

    public DateTime? EndedAt { get; private set; }

    public DateTime? UpdatedAt { get; private set; }

    public DateTime? CancelRequestedAt { get; private set; }

    public DateTime? LeaseUntil { get; private set; }

    public string? LeaseToken { get; private set; }

    public DateTime? NextAttemptAt { get; private set; }

    public int FruitlessSteps { get; private set; }

    /// <summary>Why it waits, or why it failed.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>The vendor's own words behind <see cref="Problem"/>.</summary>
    public string ProblemDetails { get; private set; } = "";

    public long Version { get; private set; }

    public int Calls => (Asked + RowsPerCall - 1) / RowsPerCall;

    /// <summary>What the next call is asked for.</summary>
    public int NextRows => Math.Min(RowsPerCall, Asked - (CallsDone * RowsPerCall));

    public bool IsActive => State is AugmentationState.Queued or AugmentationState.Running;

    /// <summary>Nothing was asked yet, so nothing is lost where it stops.</summary>
    public bool IsUntouched => CallsDone is 0 && AskedAt is null && SpentMicros is 0;

    public AuditTarget AsTarget() => new("augmentation", Id, $"{Asked} rows by {WriterName}", ProjectId);

    /// <summary>On record before it leaves.</summary>
    public void Ask(long inputTokens, long outputTokens, DateTime now) => (State, AskedAt, AskedInputTokens, AskedOutputTokens, UpdatedAt) = (AugmentationState.Running, now, inputTokens, outputTokens, now);

    public void Answered(DraftCounts counts, CallTokens tokens, long micros, DateTime now)
    {
        Counts = Counts.Plus(counts);
        EndCall(tokens, micros, now);
        (FruitlessSteps, NextAttemptAt, Problem, ProblemDetails) = (0, null, "", "");
    }

    /// <summary>The process died between the call and its answer: the vendor has charged for it, and nobody has its rows.</summary>
    public void Lost(CallTokens tokens, long micros, DateTime now)
    {
        Counts = Counts.Plus(new DraftCounts(0, 0, 0, 0, 0, NextRows));
        LostCalls++;
        EndCall(tokens, micros, now);
    }

    private void EndCall(CallTokens tokens, long micros, DateTime now)
    {
        CallsDone++;
        (InputTokens, OutputTokens, SpentMicros) = (InputTokens + tokens.Input, OutputTokens + tokens.Output, SpentMicros + micros);
        (AskedAt, AskedInputTokens, AskedOutputTokens) = (null, 0, 0);
        Release(now);
    }

    /// <summary>Nothing was answered and nothing cost; it is tried again, or given up once that has gone on too long.</summary>
    public void Wait(DateTime until, string problem, string details, DateTime now)
    {
        AskedAt = null;
        if (++FruitlessSteps > MostFruitlessSteps)
        {
            Fail($"{problem}, and did so {MostFruitlessSteps} times in a row. The rows so far are kept; start it again later.", details, now);
            return;
        }

        NextAttemptAt = until;
        Explain(problem, details);
        Release(now);
    }

    public void Hurry(DateTime now) => NextAttemptAt = NextAttemptAt is null ? null : now;

    public void Succeed(DateTime now) => End(AugmentationState.Succeeded, now);

    public void Fail(string problem, string details, DateTime now)
    {
        End(AugmentationState.Failed, now);
        Explain(problem, details);
    }

    public void Cancel(DateTime now) => End(AugmentationState.Cancelled, now);

    private void End(AugmentationState state, DateTime now)
    {
        (State, EndedAt, NextAttemptAt, AskedAt, Problem, ProblemDetails) = (state, now, null, null, "", "");
        Release(now);
    }

    private void Explain(string problem, string details) => (Problem, ProblemDetails) = (Cut(problem, ProblemLength), Cut(details, DetailsLength));

    private void Release(DateTime now) => (LeaseToken, LeaseUntil, UpdatedAt) = (null, null, now);

    private static string Cut(string text, int length)
    {
        var plain = text.Replace("\0", "", StringComparison.Ordinal);
        return plain.Length > length ? plain[..length] : plain;
    }
}

/// <summary>Tokens of one call as the vendor counted them; thinking is output.</summary>
public sealed record CallTokens(long Input, long Output);

/// <summary>What became of the rows that were asked for; together they are all.</summary>
/// <param name="New">Waited, or wait, for somebody's yes.</param>
/// <param name="Alike">Nearly the same as a row that there is, sealed ones included, or as another draft.</param>
/// <param name="Unlabelled">Without the label that was asked for, or with none of the task's.</param>
/// <param name="Personal">With something that looks like personal data or a secret.</param>
/// <param name="Unusable">Empty, trivial, or against another rule.</param>
/// <param name="Missing">Not written at all, or not in the form that was asked for.</param>
public sealed record DraftCounts(int New, int Alike, int Unlabelled, int Personal, int Unusable, int Missing)
{
    public DraftCounts Plus(DraftCounts more) => new(
        New + more.New, Alike + more.Alike, Unlabelled + more.Unlabelled, Personal + more.Personal, Unusable + more.Unusable, Missing + more.Missing);
}

internal sealed class AugmentationMapping : IEntityTypeConfiguration<Augmentation>
{
    public void Configure(EntityTypeBuilder<Augmentation> builder)
    {
        builder.HasPublicId("aug");
        builder.Property(a => a.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(a => a.ImportId).HasMaxLength(PublicId.MaxLength);
        builder.Property(a => a.VersionId).HasMaxLength(PublicId.MaxLength);
        builder.Property(a => a.Label).HasMaxLength(Example.LabelLength);
        builder.Property(a => a.Slice).HasMaxLength(200);
        builder.Property(a => a.Wish).HasMaxLength(Augmentation.WishLength);
        builder.Property(a => a.WriterId).HasMaxLength(80);
        builder.Property(a => a.WriterName).HasMaxLength(200);
        builder.Property(a => a.StartedByUserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(a => a.StartedByName).HasMaxLength(200);
        builder.Property(a => a.LeaseToken).HasMaxLength(40);
        builder.Property(a => a.Problem).HasMaxLength(Augmentation.ProblemLength);
        builder.Property(a => a.ProblemDetails).HasMaxLength(Augmentation.DetailsLength);
        builder.ComplexProperty(a => a.Counts);
        builder.Ignore(a => a.Calls).Ignore(a => a.NextRows).Ignore(a => a.IsActive).Ignore(a => a.IsUntouched);
        builder.BelongsTo<Augmentation, Project>(nameof(Augmentation.ProjectId));
        builder.BelongsTo<Augmentation, DatasetImport>(nameof(Augmentation.ImportId));
        builder.BelongsTo<Augmentation, DatasetVersion>(nameof(Augmentation.VersionId));
        builder.HasIndex(a => new { a.TenantId, a.ProjectId, a.CreatedAt });
        builder.HasIndex(a => a.State);
    }
}
