using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Features.Data;
using Portal.Persistence;

namespace Portal.Features.Leave;

public enum PersonErasureState
{
    /// <summary>Every row, file and copy is being looked through.</summary>
    Searching,

    /// <summary>What was found waits for an owner's yes.</summary>
    Found,
    Erasing,
    Erased,

    /// <summary>Given up, or refused: nothing was removed.</summary>
    Cancelled,
}

/// <summary>In this order, each safe to begin again.</summary>
public enum PersonErasureStage
{
    Rows,
    Versions,
    Answers,
    Files,
    NewVersions,
    Settle,
}

/// <summary>
/// The erasure of one person's rows. What is looked for is kept encrypted and only until it is done; the receipt holds ids, numbers and
/// names of files.
/// </summary>
public sealed class PersonErasure : TenantOwned, IVersioned
{
    private const string UnderWay = "under way";
    private static readonly TimeSpan s_longestPause = TimeSpan.FromHours(1);

    public required string AskedByUserId { get; init; }

    public required string AskedByName { get; init; }

    public required DateTime AskedAt { get; init; }

    public required PersonMatchMode Mode { get; init; }

    /// <summary>What is looked for, encrypted; empty once it is over.</summary>
    public string Sought { get; private set; } = "";

    /// <summary>The same word for every one under way, its own id afterwards: a unique index over it keeps a second one out.</summary>
    public string Slot { get; private set; } = UnderWay;

    public PersonErasureState State { get; private set; } = PersonErasureState.Searching;

    public PersonErasureStage Stage { get; private set; }

    /// <summary>What was found, and then what was removed, as JSON.</summary>
    public string LedgerJson { get; private set; } = "";

    public DateTime? BegunAt { get; private set; }

    public DateTime? EndedAt { get; private set; }

    public string Problem { get; private set; } = "";

    public int Failures { get; private set; }

    public DateTime NextStepAt { get; private set; }

    public string ReceiptJson { get; private set; } = "";

    public string ReceiptHash { get; private set; } = "";

    public string? LeaseToken { get; private set; }

    public DateTime? LeaseUntil { get; private set; }

    public long Version { get; private set; }

    public bool IsOpen => State is PersonErasureState.Searching or PersonErasureState.Found or PersonErasureState.Erasing;

    public bool IsAtWork => State is PersonErasureState.Searching or PersonErasureState.Erasing;

    public PersonLedger Ledger => PersonLedger.Parse(LedgerJson);

    public AuditTarget AsTarget() => new("erasure of rows", Id, $"{AskedAt:yyyy-MM-dd HH:mm} UTC");

    public void Seek(string protectedValue, DateTime now) => (Sought, NextStepAt) = (protectedValue, now);

    public void Note(PersonLedger ledger) => LedgerJson = ledger.ToStored();

    public void FoundAll(PersonLedger ledger)
    {
        Require(PersonErasureState.Searching);
        (State, Problem, Failures) = (PersonErasureState.Found, "", 0);
        Note(ledger);
    }

    public void Spare(SparedRow row, IReadOnlyList<PersonErasureRow> marks)
    {
        Require(PersonErasureState.Found);
        Note(Ledger.Without(row, marks));
    }

    public void Begin(DateTime now)
    {
        Require(PersonErasureState.Found);
        (State, Stage, BegunAt, NextStepAt) = (PersonErasureState.Erasing, PersonErasureStage.Rows, now, now);
    }

    public void GoOn() => (Stage, Problem, Failures) = (Stage + 1, "", 0);

    /// <summary>Something came in meanwhile, or was overlooked: once more from the rows on.</summary>
    public void OnceMore() => (Stage, Problem) = (PersonErasureStage.Rows, "");

    public void Stumble(string problem, DateTime now)
    {
        Failures++;
        Await(problem, TimeSpan.FromSeconds(Math.Min(s_longestPause.TotalSeconds, Math.Pow(2, Math.Min(Failures, 12)))), now);
    }

    public void Await(string what, TimeSpan pause, DateTime now) => (Problem, NextStepAt) = (what, now + pause);

    public void Cancel(string why, DateTime now)
    {
        if (State is not (PersonErasureState.Searching or PersonErasureState.Found))
        {
            throw new PortalException("The erasure has begun and can no longer be taken back.");
        }

        (State, Slot, Sought, EndedAt, Problem, LedgerJson) = (PersonErasureState.Cancelled, Id, "", now, why, "");
        (LeaseToken, LeaseUntil) = (null, null);
    }

    public void Finish(string receipt, string hash, DateTime now) =>
        (State, Slot, Sought, EndedAt, Problem, LedgerJson, ReceiptJson, ReceiptHash) = (PersonErasureState.Erased, Id, "", now, "", "", receipt, hash);

    private void Require(PersonErasureState state)
    {
        if (State != state)
        {
            throw new PortalException("Somebody else has gone on with this erasure. Load the page again.");
        }
    }
}

/// <summary>A row that was found and is not yet erased: of an import, or of a version with its split.</summary>
public sealed class PersonErasureRow : ITenantOwned
{
    public string TenantId { get; private set; } = "";

    public required string ErasureId { get; init; }

    /// <summary>The import's or the version's id.</summary>
    public required string HolderId { get; init; }

    public required int Number { get; init; }

    /// <summary>Null for a row of an import.</summary>
    public Split? Split { get; init; }
}

/// <summary>A row that was found, and is somebody else's.</summary>
public sealed record SparedRow(string ImportId, int Number);

/// <summary>A file that holds one of the rows, or could hold one and cannot be searched.</summary>
public sealed record FoundFile(string BlobName, string Name, long Length, string Sha256, string Why);

/// <summary>How many of a version's rows are concerned, by split.</summary>
public sealed record FoundVersion(string VersionId, string ProjectName, int Number, int Train, int Validation, int Test)
{
    public int Rows => Train + Validation + Test;

    public FoundVersion Less(Split split) => split switch
    {
        Split.Train => this with { Train = Train - 1 },
        Split.Validation => this with { Validation = Validation - 1 },
        _ => this with { Test = Test - 1 },
    };
}

/// <summary>A model that learnt rows that are now gone.</summary>
public sealed record MarkedModel(string Id, string Name, string ModelName, int VersionNumber);

/// <summary>What an erasure found, and how many of each table it has removed so far.</summary>
public sealed record PersonLedger
{
    public int ImportedRows { get; init; }

    /// <summary>Rows that only look alike and stay.</summary>
    public List<SparedRow> Spared { get; init; } = [];

    /// <summary>Outside of rows and files: how many of each kind repeat it.</summary>
    public SortedDictionary<string, long> Repeats { get; init; } = new(StringComparer.Ordinal);

    public List<FoundVersion> Versions { get; init; } = [];

    public List<FoundFile> Files { get; init; } = [];

    /// <summary>Files of which only the part that was imported could be searched.</summary>
    public List<string> PartlySearched { get; init; } = [];

    public List<MarkedModel> Models { get; init; } = [];

    public SortedDictionary<string, long> Removed { get; init; } = new(StringComparer.Ordinal);

    public List<string> Notes { get; init; } = [];

    public static PersonLedger Parse(string stored) => stored is "" ? new PersonLedger() : JsonSerializer.Deserialize<PersonLedger>(stored, ArchiveManifest.Json) ?? new PersonLedger();

    public string ToStored() => JsonSerializer.Serialize(this, ArchiveManifest.Json);

    public void Repeat(string what, long count)
    {
        if (count > 0)
        {
            Repeats[what] = count;
        }
    }

    /// <summary>Whether nothing of it is anywhere.</summary>
    public bool IsNothing => ImportedRows is 0 && Versions.Count is 0 && Files.Count is 0 && Repeats.Count is 0;

    /// <summary>Without a row that is somebody else's.</summary>
    public PersonLedger Without(SparedRow row, IReadOnlyList<PersonErasureRow> marks) => this with
    {
        ImportedRows = ImportedRows - marks.Count(m => m.Split is null),
        Spared = [.. Spared, row],
        Versions = [.. Versions.Select(v => marks.FirstOrDefault(m => m.HolderId == v.VersionId)?.Split is { } split ? v.Less(split) : v).Where(v => v.Rows > 0)],
    };

    public void Add(string what, long count)
    {
        if (count > 0)
        {
            Removed[what] = Removed.GetValueOrDefault(what) + count;
        }
    }

    /// <summary>Found again after some was removed: what was found first is part of it still.</summary>
    public PersonLedger With(PersonLedger again) => this with
    {
        Versions = [.. Versions.Concat(again.Versions).GroupBy(v => v.VersionId).Select(g => g.Aggregate((a, b) => a with { Train = a.Train + b.Train, Validation = a.Validation + b.Validation, Test = a.Test + b.Test }))],
        Files = [.. Files.Concat(again.Files).DistinctBy(f => f.BlobName)],
        Models = [.. Models.Concat(again.Models).DistinctBy(m => m.Id)],
    };
}

internal sealed class PersonErasureMapping : IEntityTypeConfiguration<PersonErasure>, IEntityTypeConfiguration<PersonErasureRow>
{
    public void Configure(EntityTypeBuilder<PersonErasure> builder)
    {
        builder.HasPublicId("pse");
        builder.Property(e => e.AskedByUserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(e => e.AskedByName).HasMaxLength(200);
        builder.Property(e => e.Sought).HasMaxLength(4_000);
        builder.Property(e => e.Slot).HasMaxLength(PublicId.MaxLength);
        builder.Property(e => e.LedgerJson).HasMaxLength(Mapping.LongText);
        builder.Property(e => e.Problem).HasMaxLength(1_000);
        builder.Property(e => e.ReceiptJson).HasMaxLength(Mapping.LongText);
        builder.Property(e => e.ReceiptHash).HasMaxLength(64);
        builder.Property(e => e.LeaseToken).HasMaxLength(40);
        builder.Ignore(e => e.Ledger).Ignore(e => e.IsOpen).Ignore(e => e.IsAtWork);
        builder.HasIndex(e => new { e.TenantId, e.Slot }).IsUnique();
        builder.HasIndex(e => new { e.State, e.NextStepAt });
    }

    public void Configure(EntityTypeBuilder<PersonErasureRow> builder)
    {
        builder.HasKey(r => new { r.TenantId, r.ErasureId, r.HolderId, r.Number });
        builder.Property(r => r.ErasureId).HasMaxLength(PublicId.MaxLength);
        builder.Property(r => r.HolderId).HasMaxLength(PublicId.MaxLength);
        builder.Property(r => r.Number).ValueGeneratedNever();
        builder.Property(r => r.Split).HasMaxLength(10);
        builder.BelongsTo<PersonErasureRow, PersonErasure>(nameof(PersonErasureRow.ErasureId));
    }
}

public static class PersonErasureTables
{
    extension(PortalDbContext db)
    {
        public DbSet<PersonErasure> PersonErasures => db.Set<PersonErasure>();

        public DbSet<PersonErasureRow> PersonErasureRows => db.Set<PersonErasureRow>();
    }
}
