using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Model;

/// <summary>One change of one model in the catalogue: who made it, when, and how the model stood before and after. Added, never changed.</summary>
public sealed class CatalogueChange
{
    public const int NoteLength = 500;

    public string Id { get; private set; } = "";

    public required string ModelId { get; init; }

    /// <summary>Counted for each model: 0 is its addition by an admin, 1 the first change.</summary>
    public required long Number { get; init; }

    public required DateTime At { get; init; }

    public required string ByUserId { get; init; }

    public string ByName { get; init; } = "";

    public string Note { get; init; } = "";

    /// <summary>The change whose outcome was brought back; 0 is how the model began.</summary>
    public long? BroughtBack { get; init; }

    /// <summary>Empty where the model was added.</summary>
    public string BeforeJson { get; init; } = "";

    public required string AfterJson { get; init; }
}

internal sealed class CatalogueChangeMapping : IEntityTypeConfiguration<CatalogueChange>
{
    private const int JsonLength = 16_000;

    public void Configure(EntityTypeBuilder<CatalogueChange> builder)
    {
        builder.Property(c => c.Id).HasIdOf("cchg");
        builder.Property(c => c.ModelId).HasMaxLength(80);
        builder.Property(c => c.ByUserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(c => c.ByName).HasMaxLength(200);
        builder.Property(c => c.Note).HasMaxLength(CatalogueChange.NoteLength);
        builder.Property(c => c.BeforeJson).HasMaxLength(JsonLength);
        builder.Property(c => c.AfterJson).HasMaxLength(JsonLength);
        builder.HasIndex(c => new { c.ModelId, c.Number }).IsUnique();
        builder.HasOne<CatalogueModel>().WithMany().HasForeignKey(c => c.ModelId);
    }
}
