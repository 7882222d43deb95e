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
    SetAside,
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

    public string DecidedByUserId { get; private set; } = "";

    public string DecidedByName { get; private set; } = "";

    public DateTime? DecidedAt { get; private set; }

    public long Version { get; private set; }

    public bool IsOpen => Severity is FindingSeverity.NeedsDecision && Decision is null;

    public void Decide(FindingDecision? decision, string userId, string userName, DateTime at)
    {
        if (Severity is not FindingSeverity.NeedsDecision)
        {
            throw new PortalException("This finding needs no decision.");
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
        builder.Ignore(f => f.IsOpen);
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
