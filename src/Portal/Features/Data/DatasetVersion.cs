using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Features.Define;
using Portal.Persistence;

namespace Portal.Features.Data;

public enum VersionState
{
    /// <summary>Rows are being split and copied; nobody may use it yet.</summary>
    Freezing,
    Frozen,
    Failed,
}

/// <summary>A frozen, numbered snapshot of the examples. Tuning and evaluation point at it, never at the dataset.</summary>
public sealed class DatasetVersion : TenantOwned, IVersioned
{
    public const int NoteLength = 1_000;

    public required string ProjectId { get; init; }

    /// <summary>The import its rows came from; null where the rows came another way.</summary>
    public string? ImportId { get; init; }

    public required int Number { get; init; }

    public string Note { get; init; } = "";

    public string FrozenByUserId { get; init; } = "";

    public string FrozenByName { get; init; } = "";

    public required DateTime StartedAt { get; init; }

    public VersionState State { get; private set; } = VersionState.Freezing;

    /// <summary>Rows copied so far, for whoever waits.</summary>
    public int Done { get; private set; }

    /// <summary>Rows there are to copy.</summary>
    public int Total { get; init; }

    public int TrainCount { get; private set; }

    public int ValidationCount { get; private set; }

    public int TestCount { get; private set; }

    /// <summary>Distinct outputs for a task that classifies, otherwise 0.</summary>
    public int LabelCount { get; private set; }

    public SplitMethod SplitMethod { get; init; }

    /// <summary>Rows that were kept in one split because another row is nearly the same, or of the same group.</summary>
    public int KeptTogetherCount { get; private set; }

    /// <summary>Rows that an earlier version has sealed, or nearly, and this one seals again.</summary>
    public int StaySealedCount { get; private set; }

    /// <summary>Rows that an earlier version has sealed, or nearly, and this one trains on or tunes settings on: its models cannot be compared there.</summary>
    public int UnsealedCount { get; private set; }

    /// <summary>Rows that stand in one split of the file, and nearly the same or another of the group in a stronger one.</summary>
    public int CrossingCount { get; private set; }

    /// <summary>Training rows that a model wrote.</summary>
    public int SyntheticCount { get; private set; }

    /// <summary>Rows that calls to a deployment became, in all splits.</summary>
    public int TrafficCount { get; private set; }

    /// <summary>Of those, the sealed ones: what a model that serves has not been measured on before.</summary>
    public int SealedTrafficCount { get; private set; }

    /// <summary>Synthetic rows that are not in it, because they hang together with rows that are kept aside.</summary>
    public int LeftOutCount { get; private set; }

    /// <summary>SHA-256 over the rows in order, each with its split.</summary>
    public string ContentHash { get; private set; } = "";

    /// <summary>SHA-256 over the hashes of the sealed rows, so that anybody can prove later which they were.</summary>
    public string TestDigest { get; private set; } = "";

    public DateTime FrozenAt { get; private set; }

    public string Failure { get; private set; } = "";

    public int Attempts { get; private set; }

    public string? LeaseToken { get; private set; }

    public DateTime? LeaseUntil { get; private set; }

    public long Version { get; private set; }

    /// <summary>Rows that were erased since: the counts are of what is left, the hashes of what was frozen.</summary>
    public int ErasedCount { get; private set; }

    /// <summary>When rows were last erased.</summary>
    public DateTime? ErasedAt { get; private set; }

    /// <summary>The version whose rows it takes over as they are, splits included; null for one that is made of an import.</summary>
    public string? CopiedFromId { get; init; }

    public int Count => TrainCount + ValidationCount + TestCount;

    /// <summary>Ends the freeze. From here on nothing of a version changes.</summary>
    internal void Freeze(VersionTotals totals, DateTime at)
    {
        if (State is VersionState.Frozen)
        {
            throw new InvalidOperationException($"Version {Number} is frozen already.");
        }

        State = VersionState.Frozen;
        (TrainCount, ValidationCount, TestCount) = (totals.Train, totals.Validation, totals.Test);
        (LabelCount, KeptTogetherCount) = (totals.Labels, totals.Plan.KeptTogether);
        (StaySealedCount, UnsealedCount, CrossingCount) = (totals.Plan.StaySealed, totals.Plan.Unsealed, totals.Plan.Crossing);
        (SyntheticCount, LeftOutCount) = (totals.Origins.Synthetic, totals.Plan.LeftOut.Count);
        (TrafficCount, SealedTrafficCount) = (totals.Origins.Traffic, totals.Origins.SealedTraffic);
        (ContentHash, TestDigest) = (totals.ContentHash, totals.TestDigest);
        (Done, FrozenAt, LeaseToken, LeaseUntil) = (totals.Train + totals.Validation + totals.Test, at, null, null);
    }

    /// <summary>What erasing leaves: a version that stands for what was frozen, and says how much of it is gone.</summary>
    internal void Erase(IReadOnlyList<Split> splits, RowOrigins gone, DateTime at)
    {
        (SyntheticCount, TrafficCount, SealedTrafficCount) = (SyntheticCount - gone.Synthetic, TrafficCount - gone.Traffic, SealedTrafficCount - gone.SealedTraffic);
        TrainCount -= splits.Count(s => s is Split.Train);
        ValidationCount -= splits.Count(s => s is Split.Validation);
        TestCount -= splits.Count(s => s is Split.Test);
        (ErasedCount, ErasedAt) = (ErasedCount + splits.Count, at);
    }

    /// <summary>The version that takes its place: the same rows in the same splits, without those that were erased.</summary>
    internal DatasetVersion WithoutErased(int number, string userId, string userName, DateTime at) => new()
    {
        ProjectId = ProjectId, ImportId = ImportId, CopiedFromId = Id, Number = number, Note = $"Version {Number} without {ErasedCount} erased {(ErasedCount is 1 ? "row" : "rows")}",
        Total = Count, SplitMethod = SplitMethod, FrozenByUserId = userId, FrozenByName = userName, StartedAt = at,
    };

    public AuditTarget AsTarget() => new("version", Id, $"Version {Number}", ProjectId);

    /// <summary>From the beginning: whoever takes it up first deletes what an earlier attempt copied.</summary>
    public void Again()
    {
        if (State is VersionState.Failed)
        {
            (State, Failure, Attempts, Done) = (VersionState.Freezing, "", 0, 0);
        }
    }

    public void Fail(string why)
    {
        if (State is VersionState.Freezing)
        {
            (State, Failure, LeaseToken, LeaseUntil) = (VersionState.Failed, why.Length > 400 ? why[..400] : why, null, null);
        }
    }
}

/// <summary>What freezing found out about the rows.</summary>
internal sealed record VersionTotals(int Train, int Validation, int Test, int Labels, SplitPlan Plan, string ContentHash, string TestDigest, RowOrigins Origins = default);

/// <summary>How many of some frozen rows a model wrote, and how many calls became.</summary>
internal readonly record struct RowOrigins(int Synthetic, int Traffic, int SealedTraffic)
{
    public static RowOrigins Of(IReadOnlyCollection<FrozenExample> rows) =>
        new(rows.Count(r => r.IsSynthetic), rows.Count(r => r.IsFromTraffic), rows.Count(r => r is { IsFromTraffic: true, Split: Split.Test }));

    public RowOrigins Plus(RowOrigins more) => new(Synthetic + more.Synthetic, Traffic + more.Traffic, SealedTraffic + more.SealedTraffic);
}

internal sealed class DatasetVersionMapping : IEntityTypeConfiguration<DatasetVersion>
{
    public void Configure(EntityTypeBuilder<DatasetVersion> builder)
    {
        builder.HasPublicId("ver");
        builder.Property(v => v.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(v => v.ImportId).HasMaxLength(PublicId.MaxLength);
        builder.Property(v => v.Note).HasMaxLength(DatasetVersion.NoteLength);
        builder.Property(v => v.FrozenByUserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(v => v.FrozenByName).HasMaxLength(200);
        builder.Property(v => v.ContentHash).HasMaxLength(64);
        builder.Property(v => v.TestDigest).HasMaxLength(64);
        // What was frozen before there was a choice.
        builder.Property(v => v.SplitMethod).HasDefaultValue(SplitMethod.Spread);
        builder.Property(v => v.LeaseToken).HasMaxLength(40);
        builder.Ignore(v => v.Count);
        builder.Property(v => v.CopiedFromId).HasMaxLength(PublicId.MaxLength);
        builder.BelongsTo<DatasetVersion, Project>(nameof(DatasetVersion.ProjectId));
        builder.BelongsTo<DatasetVersion, DatasetImport>(nameof(DatasetVersion.ImportId));
        builder.HasIndex(v => new { v.TenantId, v.ProjectId, v.Number }).IsUnique();
        builder.HasIndex(v => v.State);
    }
}
