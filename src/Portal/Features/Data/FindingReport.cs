using Microsoft.Extensions.Options;
using Portal.Features.Tenancy;
using Portal.Storage;

namespace Portal.Features.Data;

/// <summary>Findings as a program is told of them: each with its remedy, and the rows and lines of the file where it stands.</summary>
internal sealed class FindingReport(RowService rowsOf, CurrentMember current, BlobStore blobs, IOptions<DataOptions> options)
{
    /// <summary>A line is looked for no further than this: a program that asks must not have a gigabyte read for it.</summary>
    private const int MostRead = 100_000;

    internal async Task<IReadOnlyList<FindingAnswer>> OfAsync(DatasetImport import, IReadOnlyList<Finding> found, CancellationToken ct)
    {
        Dictionary<string, IReadOnlyList<ExampleRow>> rows = [];
        foreach (var finding in found.Where(f => f.HasRows && current.May(Permission.ReadRows)))
        {
            rows[finding.Id] = (await rowsOf.ListAsync(import.ProjectId, new RowQuery(FindingId: finding.Id), ct)).Rows;
        }

        var wanted = rows.Values.SelectMany(r => r).Select(r => r.Number).ToHashSet();
        var lines = await Task.Run(() => LinesOf(import, wanted), ct);
        return [.. found.Select(f => FindingAnswer.Of(f, [.. rows.GetValueOrDefault(f.Id, []).Select(r => new FindingPlace(r.Number, lines.TryGetValue(r.Number, out var line) ? line : null, r.Reason))]))];
    }

    internal async Task<CallRefusedException> RefusalAsync(DatasetImport import, IReadOnlyList<Finding> found, string code, string message, CancellationToken ct) =>
        new(StatusCodes.Status422UnprocessableEntity, code, message) { More = new Dictionary<string, object?> { ["findings"] = await OfAsync(import, found, ct) } };

    private Dictionary<int, long> LinesOf(DatasetImport import, HashSet<int> wanted)
    {
        Dictionary<int, long> lines = [];
        if (wanted.Count is 0 || import.Mapping is not { } mapping || !blobs.Exists(import.BlobName))
        {
            return lines;
        }

        using var file = blobs.OpenRead(import.BlobName);
        using var records = RecordReader.Open(file, import.Layout, options.Value, mapping.Columns);
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
