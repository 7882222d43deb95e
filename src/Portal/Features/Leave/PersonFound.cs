using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Persistence;

namespace Portal.Features.Leave;

/// <summary>A row that was found. Its text is null where it is sealed: it is counted, erased, and not shown.</summary>
public sealed record FoundRow(string ImportId, string ProjectName, int Number, string? Input, string? Output);

/// <summary>The rows that a search found, each once however many versions have it, with their texts.</summary>
internal sealed class PersonFound(PortalDbContext db)
{
    public async Task<(IReadOnlyList<FoundRow> Rows, int Total)> PageAsync(string erasureId, int page, int size, CancellationToken ct)
    {
        var marks = await db.PersonErasureRows.AsNoTracking().Where(r => r.ErasureId == erasureId).Select(r => new { r.HolderId, r.Number, r.Split }).ToListAsync(ct);
        var importOf = await db.DatasetVersions.AsNoTracking().Where(v => v.ImportId != null).ToDictionaryAsync(v => v.Id, v => v.ImportId, ct);
        var rows = marks.GroupBy(m => (HolderId: importOf.GetValueOrDefault(m.HolderId) ?? m.HolderId, m.Number))
            .Select(g => (g.Key.HolderId, g.Key.Number, IsSealed: g.Any(m => m.Split is Split.Test))).OrderBy(r => r.HolderId, StringComparer.Ordinal).ThenBy(r => r.Number).ToList();
        List<FoundRow> found = [];
        foreach (var holder in rows.Skip(page * size).Take(size).GroupBy(r => r.HolderId))
        {
            found.AddRange(await TextsAsync(holder.Key, [.. holder.Select(r => r.Number)], [.. holder.Where(r => r.IsSealed).Select(r => r.Number)], ct));
        }

        return (found, rows.Count);
    }

    private async Task<IEnumerable<FoundRow>> TextsAsync(string holderId, List<int> numbers, HashSet<int> hidden, CancellationToken ct)
    {
        var projectId = await db.DatasetImports.Where(i => i.Id == holderId).Select(i => i.ProjectId).SingleOrDefaultAsync(ct)
            ?? await db.DatasetVersions.Where(v => v.Id == holderId).Select(v => v.ProjectId).SingleAsync(ct);
        var name = await db.Projects.Where(p => p.Id == projectId).Select(p => p.Name).SingleAsync(ct);
        // Uploaded again, a sealed row is sealed there as well.
        var leaked = db.Findings.Where(f => f.ImportId == holderId && f.Rule == FindingRule.LeakedTestRow).Select(f => f.Id);
        hidden.UnionWith(await db.FindingRows.Where(r => leaked.Contains(r.FindingId) && numbers.Contains(r.Number)).Select(r => r.Number).ToListAsync(ct));
        var shown = numbers.FindAll(n => !hidden.Contains(n));
        var versions = db.DatasetVersions.Where(v => v.ImportId == holderId || v.Id == holderId).Select(v => v.Id);
        Dictionary<int, Text> texts = [];
        foreach (var row in await ShownAsync(db.Examples.AsNoTracking().Where(e => e.ImportId == holderId && shown.Contains(e.Number)).Select(e => new Text { Number = e.Number, Input = e.Input, Output = e.Output }), ct))
        {
            texts[row.Number] = row;
        }

        // Where a later file took the place of the rows, as a version has them, or as they were before they were changed.
        foreach (var row in await ShownAsync(db.FrozenExamples.AsNoTracking().Where(e => versions.Contains(e.VersionId) && e.Split != Split.Test && shown.Contains(e.Number)).Select(e => new Text { Number = e.Number, Input = e.Input, Output = e.Output }), ct))
        {
            texts.TryAdd(row.Number, row);
        }

        foreach (var row in await ShownAsync(db.RowEdits.AsNoTracking().Where(e => e.ImportId == holderId && shown.Contains(e.Number)).OrderByDescending(e => e.Revision).Select(e => new Text { Number = e.Number, Input = e.Input, Output = e.Output }), ct))
        {
            texts.TryAdd(row.Number, row);
        }

        return numbers.Select(n => texts.TryGetValue(n, out var text)
            ? new FoundRow(holderId, name, n, ShownText.Cut(text.Input), ShownText.Cut(text.Output)) : new FoundRow(holderId, name, n, null, null));
    }

    private static Task<List<Text>> ShownAsync(IQueryable<Text> texts, CancellationToken ct) => texts.Select(t => new Text
    {
        Number = t.Number,
        Input = t.Input.Length > ShownText.Fetched ? t.Input.Substring(0, ShownText.Fetched) : t.Input,
        Output = t.Output.Length > ShownText.Fetched ? t.Output.Substring(0, ShownText.Fetched) : t.Output,
    }).ToListAsync(ct);

    private sealed record Text
    {
        public required int Number { get; init; }

        public required string Input { get; init; }

        public required string Output { get; init; }
    }
}
