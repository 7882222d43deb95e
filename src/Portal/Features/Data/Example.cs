using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>One input with its expected output, as an import read it. No public id: a file has up to a million.</summary>
public sealed class Example : ITenantOwned
{
    public string TenantId { get; private set; } = "";

    public required string ImportId { get; init; }

    /// <summary>Its row in the file, from 1, the header not counted.</summary>
    public required int Number { get; init; }

    public required string Input { get; init; }

    public required string Output { get; init; }

    /// <summary>The rule that took the row out of the dataset; null while it takes part.</summary>
    public FindingRule? SetAsideBy { get; init; }

    /// <summary>What exactly was wrong with this row, where the rule's own words do not say it.</summary>
    public string Reason { get; init; } = "";
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
        builder.BelongsTo<Example, DatasetImport>(nameof(Example.ImportId));
    }
}
