using Microsoft.EntityFrameworkCore;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>A version with the file its rows came from, what was decided on the way, and what was made of it.</summary>
public sealed record VersionLine(DatasetVersion Version, DatasetImport? File, int Decisions, IReadOnlyList<VersionUse> Uses)
{
    public IEnumerable<VersionUse> Of(VersionUseKind kind) => Uses.Where(u => u.Kind == kind);

    public IEnumerable<VersionUse> MadeOf(VersionUse use) => Uses.Where(u => u.ParentId == use.Id);
}

public sealed record ProjectLineage(string ProjectName, IReadOnlyList<DatasetImport> Files, IReadOnlyList<VersionLine> Versions, IReadOnlyList<VersionUse> Unplaced);

/// <summary>Where a row of a file stands in a version: its split, or null where it is not in it.</summary>
public sealed record RowPlace(VersionLine Line, Split? Split);

/// <summary>One row of a file and everything that has seen it.</summary>
/// <param name="State">What became of it on the way in, in words.</param>
/// <param name="Findings">What was found about it, each with its decision.</param>
/// <param name="Input">Null where it may not be shown: sealed, or not for this role, or no longer there.</param>
public sealed record RowLineage(
    DatasetImport File, int Number, string State, IReadOnlyList<string> Findings, string? Input, string? Output, string SourceId, IReadOnlyList<RowPlace> Places)
{
    /// <summary>Where it comes from, where a model wrote it here.</summary>
    public SyntheticOrigin? Synthetic { get; init; }

    /// <summary>The call it comes from, where it comes from one and is not sealed.</summary>
    public TrafficOrigin? Traffic { get; init; }
}

/// <summary>Leads from a file's row over decisions, versions and splits to the models that learnt it, and back.</summary>
public sealed class LineageService(IDbContextFactory<PortalDbContext> dbs, CurrentMember current, ProjectService projects, IEnumerable<IVersionUses> uses)
{
    public async Task<ProjectLineage> ReadAsync(string projectId, CancellationToken ct)
    {
        var (project, _) = await projects.GetAsync(projectId, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var versions = await db.DatasetVersions.AsNoTracking().Where(v => v.ProjectId == projectId && v.State == VersionState.Frozen).OrderByDescending(v => v.Number).ToListAsync(ct);
        var files = await db.DatasetImports.AsNoTracking().Where(i => i.ProjectId == projectId).OrderByDescending(i => i.UploadedAt).ThenByDescending(i => i.Id).ToListAsync(ct);
        var own = db.DatasetImports.Where(i => i.ProjectId == projectId).Select(i => i.Id);
        var decisions = await db.DecisionEntries.AsNoTracking().Where(d => own.Contains(d.ImportId)).Select(d => new { d.ImportId, d.At }).ToListAsync(ct);
        List<VersionUse> all = [];
        foreach (var slice in uses)
        {
            all.AddRange(await slice.ListAsync(projectId, ct));
        }

        var byId = all.ToDictionary(u => u.Id, StringComparer.Ordinal);
        var placed = all.ToLookup(u => VersionOf(u, byId));
        return new ProjectLineage(
            project.Name, files,
            [.. versions.Select(v => new VersionLine(v, files.Find(f => f.Id == v.ImportId), decisions.Count(d => d.ImportId == v.ImportId && d.At <= v.StartedAt), [.. placed[v.Id].OrderBy(u => u.At)]))],
            [.. placed[null]]);
    }

    /// <summary>A row by the file's import and its number there, whatever became of it.</summary>
    public async Task<RowLineage> RowAsync(string projectId, string importId, int number, CancellationToken ct) => await RowAsync(await ReadAsync(projectId, ct), importId, number, ct);

    internal async Task<RowLineage> RowAsync(ProjectLineage lineage, string importId, int number, CancellationToken ct)
    {
        var file = lineage.Files.FirstOrDefault(f => f.Id == importId) ?? throw new NotFoundException("file");
        await using var db = await dbs.CreateDbContextAsync(ct);
        // The same file read another way has the same rows under the same numbers.
        var kin = lineage.Files.Where(f => f.Sha256 == file.Sha256 && f.Layout == file.Layout).Select(f => f.Id).ToList();
        List<RowPlace> places = [];
        // The split comes before the number in the key.
        var splits = Enum.GetValues<Split>();
        foreach (var line in lineage.Versions)
        {
            var split = kin.Contains(line.Version.ImportId ?? "")
                ? await db.FrozenExamples.Where(e => e.VersionId == line.Version.Id && splits.Contains(e.Split) && e.Number == number).OrderByDescending(e => e.Split == Split.Test).Select(e => (Split?)e.Split).FirstOrDefaultAsync(ct) : null;
            places.Add(new RowPlace(line, split));
        }

        var versionIds = lineage.Versions.Where(v => kin.Contains(v.Version.ImportId ?? "")).Select(v => v.Version.Id).ToList();
        var isErased = await db.ErasedRows.AnyAsync(e => versionIds.Contains(e.VersionId) && e.Number == number, ct);
        var row = await db.Examples.AsNoTracking().SingleOrDefaultAsync(e => e.ImportId == importId && e.Number == number, ct);
        var findings = await (
            from concerned in db.FindingRows.AsNoTracking()
            join finding in db.Findings on concerned.FindingId equals finding.Id
            where finding.ImportId == importId && concerned.Number == number
            orderby finding.Id
            select finding).ToListAsync(ct);
        var isSealed = places.Exists(p => p.Split is Split.Test) || findings.Exists(f => f.Rule is FindingRule.LeakedTestRow);
        var text = isSealed || !current.May(Permission.ReadRows) ? null : await TextAsync(db, row, places, number, ct);
        return new RowLineage(
            file, number, isErased ? "Erased, from every version that had it" : StateOf(row, file, places), [.. findings.Select(f => $"{f.Title}: {(f.Decision is { } decision ? $"{FindingWords.Of(decision)} by {f.DecidedByName}" : "nothing decided")}")],
            text?.Input, text?.Output, isSealed ? "" : row?.SourceId ?? "", places) 
        {
            Synthetic = await SyntheticOrigin.FindAsync(db, importId, number, ct),
            // Which calls are sealed is nobody's business who builds: their texts may still be read where they were kept.
            Traffic = isSealed ? null : await TrafficOrigin.FindAsync(db, importId, number, ct),
        };
    }

    private static async Task<(string Input, string Output)?> TextAsync(PortalDbContext db, Example? row, List<RowPlace> places, int number, CancellationToken ct)
    {
        if (row is not null)
        {
            return (ShownText.Cut(row.Input), ShownText.Cut(row.Output));
        }

        if (places.Find(p => p.Split is Split.Train or Split.Validation) is not { Split: { } split, Line.Version.Id: var versionId })
        {
            return null;
        }

        var frozen = await db.FrozenExamples.AsNoTracking().SingleAsync(e => e.VersionId == versionId && e.Split == split && e.Number == number, ct);
        return (ShownText.Cut(frozen.Input), ShownText.Cut(frozen.Output));
    }

    private static string StateOf(Example? row, DatasetImport file, List<RowPlace> places) => row switch
    {
        { SetAsideBy: null } => "Takes part",
        { Reason: var why } => $"Set aside: {why}",
        null when file.State is ImportState.Replaced => places.Exists(p => p.Split is not null) ? "In versions alone: a later file took this one's place" : "Not there: a later file took this one's place",
        null => "The file has no row of this number, or it was not read",
    };

    private static string? VersionOf(VersionUse use, Dictionary<string, VersionUse> byId)
    {
        for (var at = use; ; )
        {
            if (at.VersionId is { } versionId)
            {
                return versionId;
            }

            if (at.ParentId is null || !byId.TryGetValue(at.ParentId, out var parent) || parent == at)
            {
                return null;
            }

            at = parent;
        }
    }
}
