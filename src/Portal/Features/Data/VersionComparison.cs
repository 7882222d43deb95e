using System.IO.Hashing;
using System.Runtime.InteropServices;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>By what rows of two versions are taken for the same one.</summary>
public enum RowPairing
{
    /// <summary>Both come from one file.</summary>
    Number,

    /// <summary>The column that names rows where they come from.</summary>
    SourceId,

    /// <summary>The input: a row with another input is another row.</summary>
    Input,
}

/// <summary>One change with its texts as far as they are shown, side by side.</summary>
public sealed record ChangedRow(int Before, int After, Split? SplitBefore, Split? SplitAfter, IReadOnlyList<DiffPiece> Input, IReadOnlyList<DiffPiece> Output, bool IsElsewhere);

/// <summary>Rows of one kind of change: all of them, those of each split, and those that are sealed and not shown.</summary>
public sealed record ChangeCount(RowChange Change, int Rows, int Train, int Validation, int Test, int Sealed);

/// <summary>How often a label stands in either version, the sealed rows included.</summary>
public sealed record LabelCount(string Label, int Before, int After);

/// <summary>A setting that is not the same in both.</summary>
public sealed record ChangedSetting(string Name, string Before, string After);

public sealed record ComparedVersions(
    DatasetVersion Before, DatasetVersion After, RowPairing Pairing, int Same, IReadOnlyList<ChangeCount> Counts, IReadOnlyList<LabelCount> Labels,
    IReadOnlyList<ChangedSetting> Settings, IReadOnlyList<ChangedRow> Rows, int Total);

/// <summary>
/// Compares two versions by the hashes of their rows. Both are read once, a row at a time, and forty bytes of each are kept while they are
/// merged; of the result only the numbers of the rows that differ, so that turning its pages reads no more than the page.
/// </summary>
public sealed class VersionComparison(IDbContextFactory<PortalDbContext> dbs, CurrentMember current, ExampleService examples)
{
    public const int PageSize = 25;

    /// <summary>More labels than this are compared by their counts alone on the versions' own pages.</summary>
    public const int MaximumLabels = 1_000;

    private static readonly ColumnMapping s_unmapped = new("", "");

    private (string Key, RowComparison Rows, IReadOnlyList<LabelCount> Labels)? _last;

    public bool MayRead => current.May(Permission.ReadRows);

    /// <summary>Two versions of one project, with a page (from 0) of the rows that changed in one way.</summary>
    public async Task<ComparedVersions> ReadAsync(string projectId, string fromId, string toId, RowChange change, int page, CancellationToken ct)
    {
        var (before, after) = (await examples.GetVersionAsync(fromId, ct), await examples.GetVersionAsync(toId, ct));
        if (before.ProjectId != projectId || after.ProjectId != projectId)
        {
            throw new NotFoundException("version");
        }

        await using var db = await dbs.CreateDbContextAsync(ct);
        var files = await db.DatasetImports.AsNoTracking().Where(i => i.Id == before.ImportId || i.Id == after.ImportId).ToDictionaryAsync(i => i.Id, ct);
        var (fileBefore, fileAfter) = (files.GetValueOrDefault(before.ImportId ?? ""), files.GetValueOrDefault(after.ImportId ?? ""));
        var pairing = await PairingAsync(db, before.Id, after.Id, fileBefore, fileAfter, ct);
        var (rows, labels) = await CompareAsync(db, before, after, pairing, ct);
        var shown = rows.Shown.Where(r => r.Change == change).ToList();
        var counts = Enum.GetValues<RowChange>().Select(c => new ChangeCount(
            c, rows.CountOf(c), rows.CountOf(c, Split.Train), rows.CountOf(c, Split.Validation), rows.CountOf(c, Split.Test), rows.SealedOf(c))).ToList();
        var settings = SettingsOf(before, fileBefore).Zip(SettingsOf(after, fileAfter), (b, a) => new ChangedSetting(b.Name, b.Value, a.Value)).Where(s => s.Before != s.After).ToList();
        IReadOnlyList<ChangedRow> texts = MayRead ? await TextsAsync(db, before.Id, after.Id, [.. shown.Skip(Math.Max(0, page) * PageSize).Take(PageSize)], ct) : [];
        return new ComparedVersions(before, after, pairing, rows.Same, counts, labels, settings, texts, shown.Count);
    }

    private static async Task<RowPairing> PairingAsync(PortalDbContext db, string beforeId, string afterId, DatasetImport? before, DatasetImport? after, CancellationToken ct)
    {
        if (before is not null && after is not null && before.Sha256 == after.Sha256 && before.Layout == after.Layout)
        {
            return RowPairing.Number;
        }

        return await db.FrozenExamples.AnyAsync(e => e.VersionId == beforeId && e.SourceId != "", ct) && await db.FrozenExamples.AnyAsync(e => e.VersionId == afterId && e.SourceId != "", ct)
            ? RowPairing.SourceId : RowPairing.Input;
    }

    private async Task<(RowComparison Rows, IReadOnlyList<LabelCount> Labels)> CompareAsync(PortalDbContext db, DatasetVersion before, DatasetVersion after, RowPairing pairing, CancellationToken ct)
    {
        // A version's row in the database changes with every row that is erased from it.
        var key = $"{db.TenantId}/{before.Id}.{before.Version}/{after.Id}.{after.Version}";
        if (_last is { } last && last.Key == key)
        {
            return (last.Rows, last.Labels);
        }

        Dictionary<string, (int Before, int After)>? labels = before.LabelCount is > 0 and <= MaximumLabels || after.LabelCount is > 0 and <= MaximumLabels ? new(StringComparer.Ordinal) : null;
        var left = await StampsAsync(db, before, pairing, label => Count(labels, label, isAfter: false), ct);
        var right = await StampsAsync(db, after, pairing, label => Count(labels, label, isAfter: true), ct);
        var rows = RowComparison.Of(left, right);
        IReadOnlyList<LabelCount> counted = labels is null or { Count: > MaximumLabels } ? []
            : [.. labels.Select(l => new LabelCount(l.Key, l.Value.Before, l.Value.After)).OrderByDescending(l => Math.Abs(l.After - l.Before)).ThenBy(l => l.Label, StringComparer.Ordinal)];
        _last = (key, rows, counted);
        return (rows, counted);
    }

    private static async Task<RowStamp[]> StampsAsync(PortalDbContext db, DatasetVersion version, RowPairing pairing, Action<string> count, CancellationToken ct)
    {
        var stamps = new List<RowStamp>(version.Count);
        var rows = db.FrozenExamples.AsNoTracking().Where(e => e.VersionId == version.Id).Select(e => new { e.Number, e.Split, e.Input, e.Output, e.System, e.Content, e.SourceId });
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            var key = pairing switch
            {
                RowPairing.Number => (UInt128)(uint)row.Number,
                RowPairing.SourceId when row.SourceId is not "" => TextKey.Of(row.SourceId),
                _ => TextKey.Of(row.System, row.Input),
            };
            stamps.Add(new RowStamp(key, ContentOf(row.Input, row.Output, row.System, row.Content), row.Number, row.Split));
            count(row.Output);
        }

        return [.. stamps];
    }

    private static void Count(Dictionary<string, (int Before, int After)>? labels, string output, bool isAfter)
    {
        if (labels is null || labels.Count > MaximumLabels)
        {
            return;
        }

        ref var counts = ref CollectionsMarshal.GetValueRefOrAddDefault(labels, output.Trim(), out _);
        counts = isAfter ? (counts.Before, counts.After + 1) : (counts.Before + 1, counts.After);
    }

    private static UInt128 ContentOf(string input, string output, string system, string? content)
    {
        if (system is "" && content is null)
        {
            return TextKey.Of(input, output);
        }

        var hash = new XxHash128();
        foreach (var text in (ReadOnlySpan<string>)[input, output, system, content ?? ""])
        {
            hash.Append(BitConverter.GetBytes(text.Length));
            hash.Append(MemoryMarshal.AsBytes(text.AsSpan()));
        }

        return hash.GetCurrentHashAsUInt128();
    }

    private static async Task<IReadOnlyList<ChangedRow>> TextsAsync(PortalDbContext db, string beforeId, string afterId, List<RowPair> pairs, CancellationToken ct)
    {
        var before = await TextsAsync(db, beforeId, pairs.Where(p => p.Before > 0).Select(p => p.Before), ct);
        var after = await TextsAsync(db, afterId, pairs.Where(p => p.After > 0).Select(p => p.After), ct);
        return [.. pairs.Select(pair =>
        {
            var (left, right) = (before.GetValueOrDefault(pair.Before), after.GetValueOrDefault(pair.After));
            // What differs may stand behind what is shown, or in a system instruction or a turn.
            var isElsewhere = pair.Change is RowChange.Changed && left == right;
            return pair.Change is RowChange.Changed
                ? new ChangedRow(pair.Before, pair.After, pair.SplitBefore, pair.SplitAfter, WordDiff.Of(left.Input ?? "", right.Input ?? ""), WordDiff.Of(left.Output ?? "", right.Output ?? ""), isElsewhere)
                : new ChangedRow(pair.Before, pair.After, pair.SplitBefore, pair.SplitAfter, Plain(pair, (left.Input, right.Input)), Plain(pair, (left.Output, right.Output)), false);
        })];
    }

    private static DiffPiece[] Plain(RowPair pair, (string? Before, string? After) texts) => pair.Change switch
    {
        RowChange.Added => [new DiffPiece(DiffKind.Added, texts.After ?? "")],
        RowChange.Removed => [new DiffPiece(DiffKind.Removed, texts.Before ?? "")],
        _ => [new DiffPiece(DiffKind.Same, texts.After ?? "")],
    };

    /// <summary>The split is asked once more where the texts are read: a sealed one is in no page.</summary>
    private static async Task<Dictionary<int, (string Input, string Output)>> TextsAsync(PortalDbContext db, string versionId, IEnumerable<int> numbers, CancellationToken ct)
    {
        List<int> wanted = [.. numbers];
        var found = await db.FrozenExamples.AsNoTracking().Where(e => e.VersionId == versionId && (e.Split == Split.Train || e.Split == Split.Validation) && wanted.Contains(e.Number))
            .Select(e => new
            {
                e.Number,
                Input = e.Input.Length > ShownText.Fetched ? e.Input.Substring(0, ShownText.Fetched) : e.Input,
                Output = e.Output.Length > ShownText.Fetched ? e.Output.Substring(0, ShownText.Fetched) : e.Output,
            }).ToListAsync(ct);
        return found.ToDictionary(f => f.Number, f => (ShownText.Cut(f.Input), ShownText.Cut(f.Output)));
    }

    private static IEnumerable<(string Name, string Value)> SettingsOf(DatasetVersion version, DatasetImport? file) =>
    [
        ("File", file?.FileName ?? ""), ("SHA-256 of the file", file?.Sha256 ?? ""), ("Sheet or list in it", $"{file?.Entry}{file?.Sheet}{file?.Items}"), ("Encoding", file?.Encoding ?? ""),
        .. (file?.Mapping ?? s_unmapped).Parts,
        ("Split", SplitMethods.Words(version.SplitMethod)), ("Labels", version.LabelCount is 0 ? "" : Components.Show.Count(version.LabelCount)), ("Note", version.Note),
    ];
}
