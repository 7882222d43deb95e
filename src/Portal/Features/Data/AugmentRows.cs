using System.Text;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>How many training rows of a kind there are to learn from.</summary>
public sealed record AugmentTarget(string Name, int Rows);

/// <summary>How long the rows of a kind are, in bytes of UTF-8.</summary>
internal sealed record ShownSize(double MeanInput, double MeanOutput, int LargestInput, int LargestOutput);

/// <summary>
/// The rows of a version that a model may be shown: trained on, plain text, still taking part, and written by people. A row that any version
/// of the same rows validates or tests with is none of them, whatever split it has in this one.
/// </summary>
internal sealed class AugmentRows(PortalDbContext db, DatasetVersion version)
{
    private const int Measured = 200;

    /// <summary>As many as are drawn from; the first ones, where a label has more.</summary>
    private const int MostDrawnFrom = 20_000;

    private IQueryable<Example> Rows
    {
        get
        {
            var (versionId, importId, frozen) = (version.Id, version.ImportId, db.FrozenExamples);
            var kin = db.DatasetVersions.Where(v => v.ImportId == importId && v.State == VersionState.Frozen).Select(v => v.Id);
            return db.Examples.AsNoTracking().Where(e => e.ImportId == importId && e.SetAsideBy == null && e.Content == null && e.Origin != RowOrigin.Synthetic
                && frozen.Any(f => f.VersionId == versionId && f.Split == Split.Train && f.Number == e.Number)
                && !frozen.Any(f => kin.Contains(f.VersionId) && f.Split != Split.Train && f.Number == e.Number));
        }
    }

    /// <summary>Labels with their rows, those with few rows first.</summary>
    public async Task<IReadOnlyList<AugmentTarget>> LabelsAsync(IReadOnlyList<string> allowed, CancellationToken ct)
    {
        var found = await Rows.GroupBy(e => e.Label ?? e.Output).Select(g => new { g.Key, Count = g.Count() }).Where(g => allowed.Contains(g.Key)).ToListAsync(ct);
        return [.. found.Select(g => new AugmentTarget(g.Key, g.Count)).OrderBy(t => t.Rows).ThenBy(t => t.Name, StringComparer.Ordinal)];
    }

    public async Task<IReadOnlyList<AugmentTarget>> SlicesAsync(CancellationToken ct)
    {
        var found = await Rows.Where(e => e.Slice != "").GroupBy(e => e.Slice).Select(g => new { g.Key, Count = g.Count() }).OrderBy(g => g.Count).Take(RowService.MaximumFacets).ToListAsync(ct);
        return [.. found.Select(g => new AugmentTarget(g.Key, g.Count)).OrderBy(t => t.Rows).ThenBy(t => t.Name, StringComparer.Ordinal)];
    }

    public Task<int> CountAsync(string label, string slice, CancellationToken ct) => Of(label, slice).CountAsync(ct);

    /// <summary>Null where there is nothing to learn from.</summary>
    public async Task<ShownSize?> MeasureAsync(string label, string slice, CancellationToken ct)
    {
        var numbers = await Of(label, slice).OrderBy(e => e.Number).Select(e => e.Number).Take(Measured).ToListAsync(ct);
        var sizes = (await TextsAsync(numbers, ct)).Select(r => (Input: Encoding.UTF8.GetByteCount(r.Row.Input), Output: Encoding.UTF8.GetByteCount(r.Row.Output))).ToList();
        return sizes.Count is 0 ? null : new ShownSize(sizes.Average(s => s.Input), sizes.Average(s => s.Output), sizes.Max(s => s.Input), sizes.Max(s => s.Output));
    }

    /// <summary>Some rows for one call, by lot, but the same for the same call.</summary>
    public async Task<IReadOnlyList<(int Number, WrittenRow Row)>> DrawAsync(string label, string slice, int seed, CancellationToken ct)
    {
        var numbers = await Of(label, slice).OrderBy(e => e.Number).Select(e => e.Number).Take(MostDrawnFrom).ToArrayAsync(ct);
        new Random(seed).Shuffle(numbers);
        return await TextsAsync([.. numbers.Take(AugmentPrompt.Shown)], ct);
    }

    private IQueryable<Example> Of(string label, string slice)
    {
        var rows = label is "" ? Rows : Rows.Where(e => (e.Label ?? e.Output) == label);
        return slice is "" ? rows : rows.Where(e => e.Slice == slice);
    }

    /// <summary>As the version has them: what was redacted there is redacted here.</summary>
    private async Task<IReadOnlyList<(int Number, WrittenRow Row)>> TextsAsync(List<int> numbers, CancellationToken ct)
    {
        var rows = await db.FrozenExamples.AsNoTracking().Where(f => f.VersionId == version.Id && f.Split == Split.Train && numbers.Contains(f.Number))
            .OrderBy(f => f.Number).Select(f => new { f.Number, f.Input, f.Output }).ToListAsync(ct);
        return [.. rows.Select(r => (r.Number, new WrittenRow(r.Input, r.Output)))];
    }
}
