using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Data;

public enum FindingSeverity
{
    /// <summary>No version can be frozen while it stands.</summary>
    Blocks,
    NeedsDecision,
    Note,
}

public enum FindingDecision
{
    Keep,

    /// <summary>The rows leave the versions to come; nothing of the upload is lost.</summary>
    SetAside,

    /// <summary>Out for now, until somebody has looked at them.</summary>
    Quarantine,

    /// <summary>The rule's own repair is applied when a version is frozen; the rows as uploaded stay.</summary>
    Fix,

    /// <summary>What was found is replaced by placeholders when a version is frozen.</summary>
    Redact,
}

/// <summary>One rule's result on the rows of an import, with what to do about it.</summary>
public sealed class Finding : TenantOwned, IVersioned
{
    public required string ImportId { get; init; }

    public required FindingRule Rule { get; init; }

    public required FindingSeverity Severity { get; init; }

    /// <summary>Rows concerned; for a rule about the whole file, what it counted.</summary>
    public required int Count { get; init; }

    public required string Title { get; init; }

    public required string Remedy { get; init; }

    /// <summary>The first rows concerned, as the screen lists them.</summary>
    public string FirstRows { get; init; } = "";

    /// <summary>Whether its rows are recorded and can be opened.</summary>
    public bool HasRows { get; init; }

    public FindingDecision? Decision { get; private set; }

    /// <summary>What was measured, where a count of rows does not say it all.</summary>
    public string Figure { get; init; } = "";

    /// <summary>Spellings of a label and what each becomes when fixed, a line each, parted by a tab.</summary>
    public string Repairs { get; init; } = "";

    public string DecidedByUserId { get; private set; } = "";

    public string DecidedByName { get; private set; } = "";

    public DateTime? DecidedAt { get; private set; }

    public long Version { get; private set; }

    public IReadOnlyList<FindingDecision> Choices => FindingRules.Of(Rule).Choices;

    public bool IsOpen => Severity is FindingSeverity.NeedsDecision && Decision is null;

    public void Decide(FindingDecision? decision, string userId, string userName, DateTime at)
    {
        if (decision is { } chosen && !Choices.Contains(chosen))
        {
            throw new PortalException("This cannot be decided for this finding. Choose one of the buttons beside it.");
        }

        (Decision, DecidedByUserId, DecidedByName, DecidedAt) = (decision, userId, userName, at);
    }
}

/// <summary>A row that a finding concerns.</summary>
public sealed class FindingRow : ITenantOwned
{
    public string TenantId { get; private set; } = "";

    public required string FindingId { get; init; }

    public required int Number { get; init; }

    /// <summary>The first row of those that belong together, where a finding is about rows that are alike.</summary>
    public int? Related { get; init; }
}

internal sealed class FindingMapping : IEntityTypeConfiguration<Finding>
{
    public void Configure(EntityTypeBuilder<Finding> builder)
    {
        builder.HasPublicId("fnd");
        builder.Property(f => f.ImportId).HasMaxLength(PublicId.MaxLength);
        builder.Property(f => f.Remedy).HasMaxLength(1_000);
        builder.Property(f => f.DecidedByUserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(f => f.DecidedByName).HasMaxLength(200);
        builder.Property(f => f.Repairs).HasMaxLength(Mapping.LongText);
        builder.Ignore(f => f.IsOpen).Ignore(f => f.Choices);
        builder.BelongsTo<Finding, DatasetImport>(nameof(Finding.ImportId));
        builder.HasIndex(f => new { f.TenantId, f.ImportId, f.Rule }).IsUnique();
    }
}

internal sealed class FindingRowMapping : IEntityTypeConfiguration<FindingRow>
{
    public void Configure(EntityTypeBuilder<FindingRow> builder)
    {
        builder.HasKey(r => new { r.TenantId, r.FindingId, r.Number });
        builder.Property(r => r.FindingId).HasMaxLength(PublicId.MaxLength);
        builder.Property(r => r.Number).ValueGeneratedNever();
        builder.BelongsTo<FindingRow, Finding>(nameof(FindingRow.FindingId));
    }
}
