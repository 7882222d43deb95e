using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>
/// How worn the sealed rows of a version are. A look wears rows, not a version: what several versions seal has been looked at through each of
/// them. A row is the same where its input is, letter by letter, and its files are; another answer makes no fresh question of it.
/// </summary>
/// <param name="Looks">So many have reached more than half of the rows: a score is of all rows alike, so most of them decide.</param>
/// <param name="Fresh">Rows that no look has ever reached.</param>
/// <param name="Tired">Rows that were looked at as often as is allowed.</param>
/// <param name="Rows">All sealed rows.</param>
public sealed record SealedWear(int Looks, int Fresh, int Tired, int Rows)
{
    public static SealedWear None { get; } = new(0, 0, 0, 0);

    /// <summary>The sealed rows have been used so often that a score on them proves little.</summary>
    public bool IsWornOut => Looks >= SealedLook.Allowed;

    /// <summary>Sealed rows that are missing until half of them can be called unseen again.</summary>
    public int Missing => Math.Max(0, (2 * Tired) - Rows);

    internal static async Task<SealedWear> OfAsync(PortalDbContext db, DatasetVersion version, CancellationToken ct)
    {
        var versions = db.DatasetVersions.Where(v => v.ProjectId == version.ProjectId && v.State == VersionState.Frozen).Select(v => v.Id);
        var looks = await db.SealedLooks.Where(l => versions.Contains(l.VersionId)).GroupBy(l => new { l.VersionId, l.Reason })
            .Select(g => new SealedLooks(g.Key.VersionId, g.Key.Reason, g.Count())).ToListAsync(ct);
        List<string> looked = [.. looks.Select(l => l.VersionId).Distinct()];
        if (looked.TrueForAll(id => id == version.Id))
        {
            return Of([.. Enumerable.Repeat(CountOf(looks), version.TestCount)], CountOf(looks));
        }

        var rows = await RowsAsync(db, version.Id, looked, ct);
        var counted = rows.Select(r => r.In).Distinct().ToDictionary(of => of, of => CountOf([.. looks.Where(l => !(of >> looked.IndexOf(l.VersionId)).IsEven)]));
        return Of([.. rows.SelectMany(r => Enumerable.Repeat(counted[r.In], r.Rows))], CountOf([.. looks.Where(l => l.VersionId == version.Id)]));
    }

    /// <summary>The sealed rows of a version, and which of some versions seal them, a bit for each.</summary>
    private static async Task<IReadOnlyCollection<(int Rows, BigInteger In)>> RowsAsync(PortalDbContext db, string versionId, List<string> looked, CancellationToken ct)
    {
        Dictionary<UInt128, (int Rows, BigInteger In)> rows = [];
        await foreach (var key in KeysAsync(db, versionId, ct))
        {
            var before = rows.GetValueOrDefault(key);
            rows[key] = before with { Rows = before.Rows + 1 };
        }

        for (var i = 0; i < looked.Count; i++)
        {
            await foreach (var key in KeysAsync(db, looked[i], ct))
            {
                if (rows.TryGetValue(key, out var row))
                {
                    rows[key] = row with { In = row.In | (BigInteger.One << i) };
                }
            }
        }

        return rows.Values;
    }

    private static async IAsyncEnumerable<UInt128> KeysAsync(PortalDbContext db, string versionId, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var (input, content) in SealedInputs.OfAsync(db, versionId, ct))
        {
            yield return TextKey.Of(MediaText.ComparedOf(input, content));
        }
    }

    /// <summary>One act may look at several versions at once, as an export does; rows that they share have been looked at once.</summary>
    private static int CountOf(IReadOnlyList<SealedLooks> looks) => looks.GroupBy(l => l.Reason).Sum(g => g.Max(l => l.Count));

    private static SealedWear Of(int[] looks, int own)
    {
        Array.Sort(looks, (a, b) => b.CompareTo(a));
        return new SealedWear(looks is [] ? own : looks[looks.Length / 2], looks.Count(l => l is 0), looks.Count(l => l >= SealedLook.Allowed), looks.Length);
    }

    private sealed record SealedLooks(string VersionId, string Reason, int Count);
}

public static class SealedWords
{
    /// <summary>How often, and how many rows nobody has looked at yet.</summary>
    public static string Of(SealedWear wear) =>
        $"{wear.Looks:N0} of {SealedLook.Allowed} looks so far; {wear.Fresh:N0} of the {wear.Rows:N0} sealed rows {(wear.Fresh is 1 ? "is" : "are")} fresh";

    /// <summary>What to do once they are worn out.</summary>
    public static string Remedy(SealedWear wear) => wear.Missing is 0
        ? "Upload fresh rows, freeze a version with them, and tune on it."
        : $"Upload fresh rows beside these: once {wear.Missing:N0} more are sealed, half of the test is unseen again. A tenth of all rows is sealed, so that takes about {wear.Missing * 10L:N0} new ones, "
            + "or fewer with a column that says which rows are the test. Then freeze a version with them, and tune on it.";
}
