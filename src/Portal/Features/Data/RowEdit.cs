using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Data;

public enum EditKind
{
    Added,
    Edited,

    /// <summary>Put back to what stood there before.</summary>
    Restored,
}

/// <summary>
/// One step in a row's history: who changed it and when, and what stood there until then. What it became is what the next step replaced, or
/// the row itself.
/// </summary>
public sealed class RowEdit : TenantOwned
{
    public const int NoteLength = 1_000;

    public required string ImportId { get; init; }

    public required int Number { get; init; }

    /// <summary>The row's revision that this step made.</summary>
    public required int Revision { get; init; }

    public required EditKind Change { get; init; }

    public required string Input { get; init; }

    public required string Output { get; init; }

    public string System { get; init; } = "";

    public string? Content { get; init; }

    public string Note { get; init; } = "";

    public string UserId { get; init; } = "";

    public string UserName { get; init; } = "";

    public required DateTime At { get; init; }
}

internal sealed class RowEditMapping : IEntityTypeConfiguration<RowEdit>
{
    public void Configure(EntityTypeBuilder<RowEdit> builder)
    {
        builder.HasPublicId("edt");
        builder.Property(e => e.ImportId).HasMaxLength(PublicId.MaxLength);
        builder.Property(e => e.Input).HasMaxLength(Mapping.LongText);
        builder.Property(e => e.Output).HasMaxLength(Mapping.LongText);
        builder.Property(e => e.System).HasMaxLength(Mapping.LongText);
        builder.Property(e => e.Content).HasMaxLength(Mapping.LongText);
        builder.Property(e => e.Note).HasMaxLength(RowEdit.NoteLength);
        builder.Property(e => e.UserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(e => e.UserName).HasMaxLength(200);
        builder.BelongsTo<RowEdit, DatasetImport>(nameof(RowEdit.ImportId));
        builder.HasIndex(e => new { e.TenantId, e.ImportId, e.Number, e.Revision }).IsUnique();
    }
}
