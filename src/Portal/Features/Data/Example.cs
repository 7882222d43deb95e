using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>How a row came into the dataset.</summary>
public enum RowOrigin
{
    File,

    /// <summary>Typed in here, by somebody the row's history names.</summary>
    Hand,

    /// <summary>Written by a model, and accepted by somebody. It stays synthetic, whoever edits it.</summary>
    Synthetic,

    /// <summary>A call to a deployment of the project, with the answer that somebody settled for it.</summary>
    Traffic,
}

/// <summary>
/// One input with its expected output: as an import read it, or as somebody has corrected it since, with what stood there before in its
/// <see cref="RowEdit"/>s. No public id: a file has up to a million.
/// </summary>
public sealed class Example : ITenantOwned
{
    public const int LabelLength = 100;

    public string TenantId { get; private set; } = "";

    public required string ImportId { get; init; }

    /// <summary>Its row in the file, from 1, the header not counted.</summary>
    public required int Number { get; init; }

    public required string Input { get; init; }

    public required string Output { get; init; }

    /// <summary>A system instruction of the row's own.</summary>
    public string System { get; init; } = "";

    /// <summary>The row in Gemini's shape where it is more than one text and its answer: several turns, calls of functions.</summary>
    public string? Content { get; init; }

    /// <summary>What must not be torn apart by a split.</summary>
    public string GroupKey { get; init; } = "";

    public DateTime? DatedAt { get; init; }

    public string Slice { get; init; } = "";

    /// <summary>The split the file itself asks for.</summary>
    public Split? GivenSplit { get; init; }

    /// <summary>The row's name where it came from.</summary>
    public string SourceId { get; init; } = "";

    /// <summary>The rule that took the row out of the dataset; null while it takes part.</summary>
    public FindingRule? SetAsideBy { get; init; }

    /// <summary>What exactly was wrong with this row, where the rule's own words do not say it.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Somebody has said that a row set aside stays out. Until then it waits in quarantine.</summary>
    public bool IsDropped { get; init; }

    public RowOrigin Origin { get; init; }

    /// <summary>Counts its edits. Whoever saves says which one was read, so that nobody overwrites what they have not seen.</summary>
    public int Revision { get; init; }

    /// <summary>The output where it is short enough to be a label, for filters and sorting; null in rows older than this column.</summary>
    public string? Label { get; init; }

    public static string LabelOf(string output)
    {
        var label = output.AsSpan().Trim();
        return label.Length > LabelLength ? "" : label.Length == output.Length ? output : label.ToString();
    }
}

internal sealed class ExampleMapping : IEntityTypeConfiguration<Example>
{
    public void Configure(EntityTypeBuilder<Example> builder)
    {
        builder.HasKey(e => new { e.TenantId, e.ImportId, e.Number });
        builder.Property(e => e.ImportId).HasMaxLength(PublicId.MaxLength);
        builder.Property(e => e.Number).ValueGeneratedNever();
        builder.Property(e => e.Input).HasMaxLength(Mapping.LongText);
        builder.Property(e => e.Output).HasMaxLength(Mapping.LongText);
        builder.Property(e => e.System).HasMaxLength(Mapping.LongText);
        builder.Property(e => e.Content).HasMaxLength(Mapping.LongText);
        builder.Property(e => e.GroupKey).HasMaxLength(200);
        builder.Property(e => e.Slice).HasMaxLength(200);
        builder.Property(e => e.SourceId).HasMaxLength(200);
        // What was there before there was another way in.
        builder.Property(e => e.Origin).HasDefaultValue(RowOrigin.File).HasMaxLength(10);
        builder.Property(e => e.Label).HasMaxLength(Example.LabelLength);
        builder.HasIndex(e => new { e.TenantId, e.ImportId, e.Label, e.Number });
        builder.HasIndex(e => new { e.TenantId, e.ImportId, e.SetAsideBy, e.IsDropped, e.Number });
        builder.BelongsTo<Example, DatasetImport>(nameof(Example.ImportId));
    }
}
