using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Define;

/// <summary>
/// What a playbook carries, and all that it carries: no row, no name of a person, a file or a project, and labels only where somebody has
/// confirmed each. A field added here is taken from one organisation to another.
/// </summary>
public sealed record PlaybookContent(TaskKind Kind, string Goal, string Instruction, MetricKind Metric, double? Target)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>By <see cref="IPlaybookPart.Key"/>, as the part wrote them.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    public TaskDraft ToTask() => new(Goal, Kind, Instruction, Labels, Metric, Target);

    public string ToStored() => JsonSerializer.Serialize(this, s_json);

    public static PlaybookContent Parse(string stored) =>
        JsonSerializer.Deserialize<PlaybookContent>(stored, s_json) ?? throw new JsonException("A playbook without content.");
}

/// <summary>A project's task and settings, kept for the next one. It belongs to whoever saved it, and knows nothing of where it came from.</summary>
public sealed class Playbook : TenantOwned, IVersioned
{
    public const int NameLength = 120;

    public string Name { get; private set; } = "";

    public required string ContentJson { get; init; }

    public required DateTime SavedAt { get; init; }

    public long Version { get; private set; }

    public PlaybookContent Content => PlaybookContent.Parse(ContentJson);

    public AuditTarget AsTarget() => new("playbook", Id, Name);

    public void Rename(string name) => Name = CheckedName(name);

    public static string CheckedName(string name) => name.Trim() is { Length: > 0 and <= NameLength } given
        ? given
        : throw new PortalException($"A playbook needs a name of 1 to {NameLength} characters.");
}

/// <summary>What a project was begun with: later steps propose it where nobody has chosen yet.</summary>
public sealed class ProjectStart : TenantOwned
{
    public required string ProjectId { get; init; }

    public required string PlaybookName { get; init; }

    /// <summary>The consultancy whose playbook it was; empty for one of the organisation's own.</summary>
    public required string Via { get; init; }

    public required string SettingsJson { get; init; }

    public IReadOnlyDictionary<string, string> Settings => JsonSerializer.Deserialize<Dictionary<string, string>>(SettingsJson) ?? [];
}

internal sealed class PlaybookMapping : IEntityTypeConfiguration<Playbook>, IEntityTypeConfiguration<ProjectStart>
{
    public void Configure(EntityTypeBuilder<Playbook> builder)
    {
        builder.HasPublicId("pbk");
        builder.Property(p => p.Name).HasMaxLength(Playbook.NameLength);
        builder.Property(p => p.ContentJson).HasMaxLength(Mapping.LongText);
        builder.Ignore(p => p.Content);
        builder.HasIndex(p => new { p.TenantId, p.SavedAt });
    }

    public void Configure(EntityTypeBuilder<ProjectStart> builder)
    {
        builder.HasPublicId("pst");
        builder.Property(s => s.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(s => s.PlaybookName).HasMaxLength(Playbook.NameLength);
        builder.Property(s => s.Via).HasMaxLength(400);
        builder.Property(s => s.SettingsJson).HasMaxLength(Mapping.LongText);
        builder.Ignore(s => s.Settings);
        builder.BelongsTo<ProjectStart, Project>(nameof(ProjectStart.ProjectId));
        builder.HasIndex(s => new { s.TenantId, s.ProjectId }).IsUnique();
    }
}

public static class PlaybookTables
{
    extension(PortalDbContext db)
    {
        public DbSet<Playbook> Playbooks => db.Set<Playbook>();

        public DbSet<ProjectStart> ProjectStarts => db.Set<ProjectStart>();
    }
}
