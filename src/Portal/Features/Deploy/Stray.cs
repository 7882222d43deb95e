using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Deploy;

public enum StrayKind
{
    /// <summary>At Google with this organization's label, and of no tuning that the portal could use.</summary>
    UnknownEndpoint,

    /// <summary>The same, of a model in Google's registry.</summary>
    UnknownModel,

    /// <summary>A candidate is called there, and nothing would answer.</summary>
    GoneEndpoint,

    /// <summary>Live, and called by nobody.</summary>
    IdleEndpoint,
}

/// <summary>Something without its other half: at Google and not here, here and not at Google, or deployed and not used. Told of once, until it ends.</summary>
public sealed class Stray : TenantOwned, IVersioned
{
    public const int NameLength = 300;
    public const int NoteLength = 500;

    public required StrayKind Kind { get; init; }

    /// <summary>Google's full name of it; of an idle endpoint its id here.</summary>
    public required string Name { get; init; }

    /// <summary>What it is and what it comes to, in words.</summary>
    public string Note { get; private set; } = "";

    /// <summary>Null for what no project here knows.</summary>
    public string? ProjectId { get; private set; }

    public DateTime FoundAt { get; private set; }

    /// <summary>When it was no more; null while it stands.</summary>
    public DateTime? EndedAt { get; private set; }

    /// <summary>Since when somebody has wanted it deleted at Google. Saved before Google is asked.</summary>
    public DateTime? DeleteAskedAt { get; private set; }

    public string DeleteAskedByName { get; private set; } = "";

    /// <summary>Why it could not be deleted; empty while nobody tried.</summary>
    public string Problem { get; private set; } = "";

    public long Version { get; private set; }

    public bool IsAtGoogle => Kind is StrayKind.UnknownEndpoint or StrayKind.UnknownModel;

    /// <summary>True where it is news: it was not there at the look before.</summary>
    public bool Seen(FoundStray found, DateTime now)
    {
        var isNews = FoundAt == default || EndedAt is not null;
        (Note, ProjectId) = (found.Note.Length <= NoteLength ? found.Note : found.Note[..NoteLength], found.ProjectId);
        if (isNews)
        {
            (FoundAt, EndedAt, DeleteAskedAt, DeleteAskedByName, Problem) = (now, null, null, "", "");
        }

        return isNews;
    }

    public void AskDelete(string byName, DateTime now) => (DeleteAskedAt, DeleteAskedByName, Problem) = (now, byName, "");

    public void NotDeleted(string problem) => Problem = problem.Length <= NoteLength ? problem : problem[..NoteLength];

    public void End(DateTime now) => EndedAt = now;

    public AuditTarget AsTarget() => new("object at Google", Id, Name, ProjectId);
}

internal sealed class StrayMapping : IEntityTypeConfiguration<Stray>
{
    public void Configure(EntityTypeBuilder<Stray> builder)
    {
        builder.HasPublicId("sty");
        builder.Property(s => s.Name).HasMaxLength(Stray.NameLength);
        builder.Property(s => s.Note).HasMaxLength(Stray.NoteLength);
        builder.Property(s => s.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(s => s.DeleteAskedByName).HasMaxLength(200);
        builder.Property(s => s.Problem).HasMaxLength(Stray.NoteLength);
        builder.Ignore(s => s.IsAtGoogle);
        builder.BelongsTo<Stray, Project>(nameof(Stray.ProjectId));
        builder.HasIndex(s => new { s.TenantId, s.Kind, s.Name }).IsUnique();
    }
}
