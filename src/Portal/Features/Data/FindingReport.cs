using Microsoft.EntityFrameworkCore;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Storage;

namespace Portal.Features.Data;

/// <summary>Findings as a program is told of them: each with its remedy, and the rows and lines of the file where it stands.</summary>
internal sealed class FindingReport(IDbContextFactory<PortalDbContext> dbs, CurrentMember current, BlobStore blobs, SourceReader readers)
{
    /// <summary>A line is looked for no further than this: a program that asks must not have a gigabyte read for it.</summary>
    private const int MostRead = 100_000;

    private const int RowsOfEach = 25;

    internal async Task<IReadOnlyList<FindingAnswer>> OfAsync(DatasetImport import, IReadOnlyList<Finding> found, CancellationToken ct)
    {
        var rows = current.May(Permission.ReadRows) ? await RowsAsync(import.Id, found, ct) : [];
        var wanted = rows.Values.SelectMany(r => r).Select(r => r.Number).ToHashSet();
        var lines = await OwnThread.RunAsync(() => LinesOf(import, wanted, ct), ct);
        return [.. found.Select(f => FindingAnswer.Of(f, [.. rows.GetValueOrDefault(f.Id, []).Select(r => new FindingPlace(r.Number, lines.TryGetValue(r.Number, out var line) ? line : null, r.Reason))]))];
    }

    internal async Task<CallRefusedException> RefusalAsync(DatasetImport import, IReadOnlyList<Finding> found, string code, string message, CancellationToken ct) =>
        new(StatusCodes.Status422UnprocessableEntity, code, message) { More = new Dictionary<string, object?> { ["findings"] = await OfAsync(import, found, ct) } };

    /// <summary>The first rows of each finding, in the file that it is about, be it worked on or not.</summary>
    private async Task<Dictionary<string, List<(int Number, string Reason)>>> RowsAsync(string importId, IReadOnlyList<Finding> found, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var (@sealed, concerned) = (await SealedRows.OfAsync(db, importId, ct), db.FindingRows);
        Dictionary<string, List<(int, string)>> rows = [];
        foreach (var finding in found.Where(f => f.HasRows))
        {
            var unsealed = @sealed.Without(db, db.Examples.Where(e => e.ImportId == importId && concerned.Where(r => r.FindingId == finding.Id).Select(r => r.Number).Contains(e.Number)));
            rows[finding.Id] = [.. (await unsealed.OrderBy(e => e.Number).Take(RowsOfEach).Select(e => new { e.Number, e.Reason }).ToListAsync(ct)).Select(r => (r.Number, r.Reason))];
        }

        return rows;
    }

    private Dictionary<int, long> LinesOf(DatasetImport import, HashSet<int> wanted, CancellationToken ct)
    {
        Dictionary<int, long> lines = [];
        if (wanted.Count is 0 || import.Mapping is not { } mapping || !blobs.Exists(import.BlobName))
        {
            return lines;
        }

        using var file = blobs.OpenRead(import.BlobName);
        using var source = readers.Open(file, import.Layout, ct);
        using var records = source.Rows(import.Layout, mapping.Columns);
        var last = Math.Min(wanted.Max(), MostRead);
        while (records.Number < last && records.Read())
        {
            if (wanted.Contains(records.Number))
            {
                lines[records.Number] = records.Line;
            }
        }

        return lines;
    }
}
