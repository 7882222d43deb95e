using System.Text.Json;
using Portal.Features.Define;

namespace Portal.Features.Leave;

/// <summary>What an archive would bring, as an owner reads it before they say yes.</summary>
public sealed record ImportPreview
{
    private const int NamesShown = 20;

    public required string Organization { get; init; }

    public required string OrganizationId { get; init; }

    public required DateTime ExportedAt { get; init; }

    /// <summary>Where its tuned models stand.</summary>
    public required string Connection { get; init; }

    public required IReadOnlyDictionary<string, long> Rows { get; init; }

    public required IReadOnlyList<string> Projects { get; init; }

    public required int Files { get; init; }

    public required long FileBytes { get; init; }

    public required IReadOnlyList<UsageSum> Usage { get; init; }

    public required long AuditEntries { get; init; }

    /// <summary>Uploads that were gone already when the archive was made.</summary>
    public required int Missing { get; init; }

    /// <summary>Base models that rows name and that this portal's catalogue does not have.</summary>
    public IReadOnlyList<string> UnknownModels { get; init; } = [];

    public long Count(string table) => Rows.GetValueOrDefault(table);

    public static ImportPreview Of(ArchiveManifest manifest, IEnumerable<Project> projects, long sourceBytes, ImportedAuditLog? audit, IReadOnlyList<string> unknownModels) => new()
    {
        Organization = Short(manifest.Organization.Name),
        OrganizationId = Short(manifest.Organization.Id),
        ExportedAt = manifest.ExportedAt,
        Connection = Short($"{manifest.Connection.Kind} {manifest.Connection.GcpProject}".Trim()),
        Rows = manifest.Tables.Where(t => t.Rows > 0).ToDictionary(t => t.Name, t => t.Rows),
        Projects = [.. projects.Select(p => p.Name).Take(NamesShown)],
        Files = manifest.Sources.Count,
        FileBytes = sourceBytes,
        Usage = [.. manifest.Usage.Take(NamesShown * 6).Select(u => u with { Month = Short(u.Month), Meter = Short(u.Meter), Currency = Short(u.Currency) })],
        AuditEntries = audit?.Entries ?? 0,
        Missing = manifest.Missing.Count,
        UnknownModels = [.. unknownModels.Take(NamesShown)],
    };

    public static ImportPreview? Parse(string stored) => stored is "" ? null : JsonSerializer.Deserialize<ImportPreview>(stored, ArchiveManifest.Json);

    public string ToStored() => JsonSerializer.Serialize(this, ArchiveManifest.Compact);

    private static string Short(string text) => text.Length <= 200 ? text : text[..200];
}

/// <summary>The figures that were computed anew from the rows before anything was kept, all of which came out as the archive has them.</summary>
/// <param name="Older">Figures of tasks that were changed after they were computed, so nobody can compute them again; kept as they were.</param>
public sealed record FigureReport(int Versions, int Runs, int Evaluations, int Sums, long Rows, IReadOnlyList<string> Older)
{
    public static FigureReport? Parse(string stored) => stored is "" ? null : JsonSerializer.Deserialize<FigureReport>(stored, ArchiveManifest.Json);

    public string ToStored() => JsonSerializer.Serialize(this with { Older = [.. Older.Take(50)] }, ArchiveManifest.Compact);
}
