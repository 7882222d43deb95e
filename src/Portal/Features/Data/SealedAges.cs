using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>
/// The sealed rows of a version, told apart for a model that was judged by those of another version. A row is the same where its input is, letter
/// by letter, and its files are; it is in one of the sets at most.
/// </summary>
/// <param name="Old">The other version seals them too.</param>
/// <param name="Fresh">The other version does not seal them, and the model has not seen them.</param>
/// <param name="Seen">The version that the model was made from trains or validates with them, so its answers to them prove nothing.</param>
/// <param name="Gone">Sealed rows of the other version that this one does not seal.</param>
public sealed record SealedAges(IReadOnlySet<int> Old, IReadOnlySet<int> Fresh, IReadOnlySet<int> Seen, int Gone)
{
    private static readonly Split[] s_open = [Split.Train, Split.Validation];

    /// <param name="versionId">Whose sealed rows these are; what it leaks to its own other splits is in no set.</param>
    /// <param name="judgedId">The version that the model was judged by.</param>
    /// <param name="learntId">The version that the model was made from; null where it has seen no rows.</param>
    internal static async Task<SealedAges> OfAsync(PortalDbContext db, string versionId, string judgedId, string? learntId, CancellationToken ct)
    {
        var rows = new List<(int Number, UInt128 Key)>();
        await foreach (var row in KeysAsync(db, versionId, [Split.Test], ct))
        {
            rows.Add(row);
        }

        var here = rows.Select(r => r.Key).ToHashSet();
        var leaked = await AmongAsync(db, versionId, here, ct);
        var learnt = learntId is null || learntId == versionId ? [] : await AmongAsync(db, learntId, here, ct);
        var (judged, gone) = (new HashSet<UInt128>(), 0);
        await foreach (var (_, key) in KeysAsync(db, judgedId, [Split.Test], ct))
        {
            judged.Add(key);
            gone += here.Contains(key) ? 0 : 1;
        }

        var unseen = rows.Where(r => !learnt.Contains(r.Key) && !leaked.Contains(r.Key)).ToLookup(r => judged.Contains(r.Key), r => r.Number);
        return new SealedAges(unseen[true].ToHashSet(), unseen[false].ToHashSet(), rows.Where(r => learnt.Contains(r.Key)).Select(r => r.Number).ToHashSet(), gone);
    }

    /// <summary>Which of some keys a version trains or validates with.</summary>
    private static async Task<HashSet<UInt128>> AmongAsync(PortalDbContext db, string versionId, HashSet<UInt128> keys, CancellationToken ct)
    {
        HashSet<UInt128> found = [];
        await foreach (var (_, key) in KeysAsync(db, versionId, s_open, ct))
        {
            if (keys.Contains(key))
            {
                found.Add(key);
            }
        }

        return found;
    }

    private static async IAsyncEnumerable<(int Number, UInt128 Key)> KeysAsync(PortalDbContext db, string versionId, Split[] splits, [EnumeratorCancellation] CancellationToken ct)
    {
        var rows = db.FrozenExamples.AsNoTracking().Where(e => e.VersionId == versionId && splits.Contains(e.Split))
            .Select(e => new { e.Number, e.Input, Content = e.Content != null && e.Content.Contains(MediaAddress.Mark) ? e.Content : null });
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            yield return (row.Number, TextKey.Of(MediaText.ComparedOf(row.Input, row.Content)));
        }
    }
}
