using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Model;
using Portal.Features.Tune;
using Portal.Persistence;

namespace Portal.Features.Leave;

/// <summary>
/// Looks for a value in every row that the organisation has, worked on or frozen, sealed ones included, and in the files they came from.
/// A row that was found anywhere is found in each version of its file: a redacted or corrected copy is still that person's.
/// </summary>
public sealed class PersonSearch(IDbContextFactory<PortalDbContext> dbs, TenantScope scope, IDataProtectionProvider protection, FileSearch files)
{
    /// <summary>More than this is not one person: the value says too little.</summary>
    public const int MostRows = 20_000;

    private const int SaveAtOnce = 1_000;

    private IDataProtector Protector => protection.CreateProtector("Portal.Leave.PersonErasure", scope.TenantId);

    public string Protect(string value) => Protector.Protect(value.Trim());

    internal PersonMatch MatchOf(PersonErasure erasure) => new(Protector.Unprotect(erasure.Sought), erasure.Mode);

    /// <summary>Saves which rows are concerned, in place of what was found before, and tells the rest.</summary>
    /// <param name="renew">Called every so often while it goes on.</param>
    internal async Task<PersonLedger> RunAsync(PersonErasure erasure, PersonMatch match, Func<Task> renew, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var sought = await SoughtAsync(db, match, ct);
        var versions = await db.DatasetVersions.AsNoTracking().ToListAsync(ct);
        var rows = await FindRowsAsync(db, versions, sought, renew, ct);
        foreach (var spared in erasure.Ledger.Spared)
        {
            SetOf(rows, spared.ImportId).Remove(spared.Number);
        }

        await SaveAsync(erasure, versions, rows, renew, ct);
        var ledger = await SummarizeAsync(erasure.Id, versions, ct);
        var traces = new PersonTraces(db, sought, remove: false);
        foreach (var (what, run) in PersonTraces.Kinds)
        {
            ledger.Repeat(what, await run(traces, ct));
            await renew();
        }

        var concerned = rows.Where(r => r.Value.Count > 0).Select(r => r.Key).ToHashSet(StringComparer.Ordinal);
        return await files.FindAsync(ledger, concerned, match, renew, ct);
    }

    /// <summary>What is looked for, with what redaction keeps of it.</summary>
    internal async Task<PersonSought> SoughtAsync(PortalDbContext db, PersonMatch match, CancellationToken ct)
    {
        List<RedactedValue> hidden = [];
        await foreach (var value in db.RedactedValues.AsNoTracking().AsAsyncEnumerable().WithCancellation(ct))
        {
            if (match.IsIn(Redactor.Reveal(protection, value)))
            {
                hidden.Add(value);
            }
        }

        return new PersonSought(match, hidden);
    }

    /// <summary>By import, or by version where there is none: the numbers of the rows.</summary>
    private static async Task<Dictionary<string, HashSet<int>>> FindRowsAsync(PortalDbContext db, List<DatasetVersion> versions, PersonSought sought, Func<Task> renew, CancellationToken ct)
    {
        Dictionary<string, HashSet<int>> rows = new(StringComparer.Ordinal);
        foreach (var import in await db.DatasetImports.AsNoTracking().Select(i => new { i.Id, i.ProjectId }).ToListAsync(ct))
        {
            var (match, found) = (sought.In(import.ProjectId), SetOf(rows, import.Id));
            await FindAsync(db.Examples.AsNoTracking().Where(e => e.ImportId == import.Id)
                .Select(e => new SearchedRow(e.Number, e.Input, e.Output, e.System, e.Content, e.SourceId, e.GroupKey + " " + e.Slice + " " + e.Reason)), match, found, renew, ct);
            // A text that was corrected away is in the row's history still.
            await FindAsync(db.RowEdits.AsNoTracking().Where(e => e.ImportId == import.Id)
                .Select(e => new SearchedRow(e.Number, e.Input, e.Output, e.System, e.Content, "", e.Note)), match, found, renew, ct);
        }

        foreach (var version in versions)
        {
            await FindAsync(db.FrozenExamples.AsNoTracking().Where(e => e.VersionId == version.Id)
                .Select(e => new SearchedRow(e.Number, e.Input, e.Output, e.System, e.Content, e.SourceId, e.Slice)), sought.In(version.ProjectId), SetOf(rows, version.ImportId ?? version.Id), renew, ct);
        }

        return rows;
    }

    private static HashSet<int> SetOf(Dictionary<string, HashSet<int>> rows, string holderId)
    {
        if (!rows.TryGetValue(holderId, out var numbers))
        {
            rows[holderId] = numbers = [];
        }

        return numbers;
    }

    private static async Task FindAsync(IQueryable<SearchedRow> rows, PersonMatch match, HashSet<int> found, Func<Task> renew, CancellationToken ct)
    {
        var read = 0;
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            if (match.IsInAny(row.Input, row.Output, row.System, row.Content, row.SourceId, row.More) && found.Add(row.Number) && found.Count > MostRows)
            {
                throw new PortalException($"More than {MostRows:N0} rows hold this, so it does not tell one person. Say it more exactly.");
            }

            if (++read % 5_000 is 0)
            {
                await renew();
            }
        }
    }

    private async Task SaveAsync(PersonErasure erasure, List<DatasetVersion> versions, Dictionary<string, HashSet<int>> rows, Func<Task> renew, CancellationToken ct)
    {
        await using (var db = await dbs.CreateDbContextAsync(ct))
        {
            await db.PersonErasureRows.Where(r => r.ErasureId == erasure.Id).ExecuteDeleteAsync(ct);
        }

        foreach (var (holderId, numbers) in rows)
        {
            foreach (var chunk in numbers.Order().Chunk(SaveAtOnce))
            {
                await using var db = await dbs.CreateDbContextAsync(ct);
                var held = await db.Examples.Where(e => e.ImportId == holderId && chunk.Contains(e.Number)).Select(e => e.Number).ToListAsync(ct);
                // Rows that a later file took the place of are gone, and their history is there.
                held = [.. held.Union(await db.RowEdits.Where(e => e.ImportId == holderId && chunk.Contains(e.Number)).Select(e => e.Number).ToListAsync(ct))];
                db.PersonErasureRows.AddRange(held.Select(n => new PersonErasureRow { ErasureId = erasure.Id, HolderId = holderId, Number = n }));
                foreach (var version in versions.Where(v => v.ImportId == holderId || v.Id == holderId))
                {
                    var frozen = await db.FrozenExamples.Where(e => e.VersionId == version.Id && chunk.Contains(e.Number)).Select(e => new { e.Number, e.Split }).ToListAsync(ct);
                    db.PersonErasureRows.AddRange(frozen.DistinctBy(f => f.Number).Select(f => new PersonErasureRow { ErasureId = erasure.Id, HolderId = version.Id, Number = f.Number, Split = f.Split }));
                }

                await db.SaveChangesAsync(ct);
                await renew();
            }
        }
    }

    private async Task<PersonLedger> SummarizeAsync(string erasureId, List<DatasetVersion> versions, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var names = await db.Projects.AsNoTracking().ToDictionaryAsync(p => p.Id, p => p.Name, ct);
        var counts = await db.PersonErasureRows.Where(r => r.ErasureId == erasureId).GroupBy(r => new { r.HolderId, r.Split }).Select(g => new { g.Key.HolderId, g.Key.Split, Count = g.Count() }).ToListAsync(ct);
        int Of(string versionId, Split split) => counts.Where(c => c.HolderId == versionId && c.Split == split).Sum(c => c.Count);
        var found = versions.OrderBy(v => v.ProjectId, StringComparer.Ordinal).ThenBy(v => v.Number)
            .Select(v => new FoundVersion(v.Id, names.GetValueOrDefault(v.ProjectId) ?? "", v.Number, Of(v.Id, Split.Train), Of(v.Id, Split.Validation), Of(v.Id, Split.Test))).Where(v => v.Rows > 0).ToList();
        var learnt = found.Where(v => v.Train > 0).Select(v => v.VersionId).ToList();
        var jobs = await db.TuningJobs.AsNoTracking().Where(j => learnt.Contains(j.VersionId) && j.OrderedAt != null).Select(j => new { j.Id, j.VersionNumber }).ToDictionaryAsync(j => j.Id, j => j.VersionNumber, ct);
        var ids = jobs.Keys.ToList();
        var models = await db.Candidates.AsNoTracking().Where(c => ids.Contains(c.SourceId)).OrderBy(c => c.CreatedAt).ToListAsync(ct);
        return new PersonLedger
        {
            ImportedRows = counts.Where(c => c.Split is null).Sum(c => c.Count),
            Versions = found,
            Models = [.. models.Select(m => new MarkedModel(m.Id, m.Name, m.ModelName, jobs[m.SourceId]))],
        };
    }

    private sealed record SearchedRow(int Number, string Input, string Output, string System, string? Content, string SourceId, string More);
}
