using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using Portal.Features.Data;

namespace Portal.Features.Model;

/// <summary>How long the rows of a run are, in tokens a row: what its quote is made of.</summary>
public sealed record RowSize(int Rows, double LikelyInput, double WorstInput, double LikelyOutput);

/// <summary>
/// Which rows of a split a run answers: all, or a sample that is the same for every candidate of the version, so that they can
/// be compared row by row.
/// </summary>
public sealed class RunRows(ExampleService examples, MediaService media)
{
    private const int PageSize = 1_000;

    /// <summary>Rows read to estimate the length of the others.</summary>
    private const int Measured = 200;

    /// <summary>How many rows the split has.</summary>
    public static int CountOf(DatasetVersion version, Split split) => split switch
    {
        Split.Train => version.TrainCount,
        Split.Validation => version.ValidationCount,
        _ => version.TestCount,
    };

    /// <summary>Measured on rows that builders may see: a quote is no reason to open the sealed split.</summary>
    public async Task<RowSize> MeasureAsync(DatasetVersion version, int rows, CancellationToken ct)
    {
        var split = version.ValidationCount > 0 ? Split.Validation : Split.Train;
        var sample = await examples.ReadAsync(version.Id, split, 0, Measured, ct);
        var files = await media.TokensAsync(version.ProjectId, sample, ct);
        return sample.Count is 0
            ? new RowSize(rows, 0, 0, 0)
            : new RowSize(
                rows, sample.Average(e => TokenEstimate.Likely(e.Input) + files[e.Number]), sample.Average(e => TokenEstimate.Worst(e.Input) + files[e.Number]) * 1.2,
                sample.Average(e => TokenEstimate.Likely(e.Output)));
    }

    /// <summary>The rank up to which rows belong to the sample; null when all do.</summary>
    public async Task<long?> SampleLimitAsync(DatasetVersion version, Split split, int rows, CancellationToken ct)
    {
        if (rows >= CountOf(version, split))
        {
            return null;
        }

        var ranks = new List<long>();
        var after = 0;
        while (await ReadAsync(version.Id, split, after, PageSize, ct) is { Count: > 0 } page)
        {
            ranks.AddRange(page.Select(e => Rank(version.Id, e.Number)));
            after = page[^1].Number;
        }

        ranks.Sort();
        return ranks[rows - 1];
    }

    /// <summary>The next rows of the run in the order of their numbers.</summary>
    public async Task<IReadOnlyList<VersionExample>> NextAsync(CandidateRun run, int take, CancellationToken ct)
    {
        if (run.SampleLimit is not { } limit)
        {
            return await ReadAsync(run.VersionId, run.Split, run.Cursor, take, ct);
        }

        var rows = new List<VersionExample>(take);
        var after = run.Cursor;
        while (rows.Count < take && await ReadAsync(run.VersionId, run.Split, after, PageSize, ct) is { Count: > 0 } page)
        {
            rows.AddRange(page.Where(e => Rank(run.VersionId, e.Number) <= limit).Take(take - rows.Count));
            after = page[^1].Number;
        }

        return rows;
    }

    /// <summary>All rows of the run: for the figures at its end.</summary>
    public async Task<Dictionary<int, string>> ExpectedAsync(CandidateRun run, CancellationToken ct)
    {
        var expected = new Dictionary<int, string>();
        var after = 0;
        while (await ReadAsync(run.VersionId, run.Split, after, PageSize, ct) is { Count: > 0 } page)
        {
            foreach (var row in page)
            {
                expected[row.Number] = row.Output;
            }

            after = page[^1].Number;
        }

        return expected;
    }

    private Task<IReadOnlyList<VersionExample>> ReadAsync(string versionId, Split split, int after, int take, CancellationToken ct) =>
        split is Split.Test ? examples.ReadSealedAsync(versionId, after, take, ct) : examples.ReadAsync(versionId, split, after, take, ct);

    /// <summary>A number that has nothing to do with the row's place or content, and never changes.</summary>
    private static long Rank(string versionId, int number)
    {
        Span<byte> key = stackalloc byte[Encoding.UTF8.GetMaxByteCount(versionId.Length) + sizeof(int)];
        var length = Encoding.UTF8.GetBytes(versionId, key);
        BinaryPrimitives.WriteInt32LittleEndian(key[length..], number);
        return unchecked((long)XxHash64.HashToUInt64(key[..(length + sizeof(int))]));
    }
}
