using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Data;

public enum DraftState
{
    Open,

    /// <summary>It is a row by now, which has its texts.</summary>
    Accepted,
    Rejected,
}

/// <summary>
/// A row that a model wrote, until somebody says yes or no. Once it is a row it stands for where that row comes from: the run, and the rows
/// that the model was shown.
/// </summary>
public sealed class SyntheticDraft : TenantOwned, IVersioned
{
    public required string AugmentationId { get; init; }

    /// <summary>Its place among the drafts of the run: two saves of one call cannot both take it.</summary>
    public required int Place { get; init; }

    public string Input { get; private set; } = "";

    public string Output { get; private set; } = "";

    /// <summary>Numbers of the training rows that the model was shown.</summary>
    public required string SeedNumbers { get; init; }

    public DraftState State { get; private set; } = DraftState.Open;

    /// <summary>The row it became, in the run's import.</summary>
    public int? RowNumber { get; private set; }

    public bool IsEdited { get; private set; }

    public string DecidedByName { get; private set; } = "";

    public DateTime? DecidedAt { get; private set; }

    public long Version { get; private set; }

    public IReadOnlyList<int> Seeds => [.. SeedNumbers.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(n => int.Parse(n, System.Globalization.CultureInfo.InvariantCulture))];

    internal static SyntheticDraft Of(string augmentationId, int place, WrittenRow row, string seeds) =>
        new() { AugmentationId = augmentationId, Place = place, Input = row.Input, Output = row.Output, SeedNumbers = seeds };

    public void Edit(string input, string output) => (Input, Output, IsEdited) = (input, output, true);

    public void Reject(string byName, DateTime at) => (State, DecidedByName, DecidedAt) = (DraftState.Rejected, byName, at);

    /// <summary>Waits again, after it was rejected.</summary>
    public void Reopen() => (State, DecidedByName, DecidedAt) = (DraftState.Open, "", null);

    /// <summary>The row has the texts from here on; a second copy would only have to be found again.</summary>
    public void Accept(int rowNumber, string byName, DateTime at) =>
        (State, RowNumber, Input, Output, DecidedByName, DecidedAt) = (DraftState.Accepted, rowNumber, "", "", byName, at);
}

internal sealed class SyntheticDraftMapping : IEntityTypeConfiguration<SyntheticDraft>
{
    public void Configure(EntityTypeBuilder<SyntheticDraft> builder)
    {
        builder.HasPublicId("sdr");
        builder.Property(d => d.AugmentationId).HasMaxLength(PublicId.MaxLength);
        builder.Property(d => d.Input).HasMaxLength(Mapping.LongText);
        builder.Property(d => d.Output).HasMaxLength(Mapping.LongText);
        builder.Property(d => d.SeedNumbers).HasMaxLength(200);
        builder.Property(d => d.DecidedByName).HasMaxLength(200);
        builder.Ignore(d => d.Seeds);
        builder.BelongsTo<SyntheticDraft, Augmentation>(nameof(SyntheticDraft.AugmentationId));
        builder.HasIndex(d => new { d.TenantId, d.AugmentationId, d.Place }).IsUnique();
    }
}
