using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Portal.Components;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>What <see cref="RowRules"/> found out about a changed row, to be written into the findings of its import.</summary>
/// <param name="Number">The row.</param>
/// <param name="Own">Rules about the row by itself that concern it.</param>
/// <param name="Asked">The rules about a row by itself that were asked.</param>
/// <param name="Alike">What is to be said of the rows that it was or is like.</param>
/// <param name="Touched">The row and all those.</param>
internal sealed record RowVerdict(int Number, HashSet<FindingRule> Own, IReadOnlyList<FindingRule> Asked, Likeness Alike, HashSet<int> Touched)
{
    /// <summary>Another row is nearly the same, or one that is kept aside.</summary>
    public bool IsAlike => Touched.Count > 1 || IsLeaked;

    public bool IsLeaked { get; init; }

    /// <summary>Brings the findings up to date. In a transaction of the caller's.</summary>
    public async Task WriteAsync(PortalDbContext db, string importId, Actor by, DateTime now, CancellationToken ct)
    {
        List<FindingRule> rules = [.. Asked, .. Likeness.Rules];
        var findings = await db.Findings.Where(f => f.ImportId == importId && rules.Contains(f.Rule)).ToDictionaryAsync(f => f.Rule, ct);
        var ids = findings.Values.Select(f => f.Id).ToList();
        var stored = (await db.FindingRows.AsNoTracking().Where(r => ids.Contains(r.FindingId) && Touched.Contains(r.Number)).ToListAsync(ct)).ToLookup(r => r.FindingId);
        foreach (var rule in rules)
        {
            var isOwn = !Likeness.Rules.Contains(rule);
            List<ConcernedRow> wanted = !isOwn ? Alike.Of(rule) : Own.Contains(rule) ? [new ConcernedRow(Number)] : [];
            if (findings.TryGetValue(rule, out var finding))
            {
                await WriteAsync(db, finding, isOwn ? [Number] : [.. Touched], [.. stored[finding.Id]], wanted, by, now, ct);
            }
            else if (wanted.Count > 0)
            {
                db.Findings.Add(finding = FindingWords.About(importId, rule, [.. wanted.Select(r => r.Number)]));
                await db.SaveChangesAsync(ct);
                await AddAsync(db, finding.Id, wanted, ct);
            }
        }
    }

    private async Task WriteAsync(PortalDbContext db, Finding finding, List<int> touched, List<FindingRow> stored, List<ConcernedRow> wanted, Actor by, DateTime now, CancellationToken ct)
    {
        var before = stored.Where(r => touched.Contains(r.Number)).ToList();
        if (before.Select(r => new ConcernedRow(r.Number, r.Related)).ToHashSet().SetEquals(wanted))
        {
            return;
        }

        await db.FindingRows.Where(r => r.FindingId == finding.Id && touched.Contains(r.Number)).ExecuteDeleteAsync(ct);
        await AddAsync(db, finding.Id, wanted, ct);
        if (finding.Decision is FindingDecision.Keep && wanted.Exists(r => r.Number == Number) && !before.Exists(r => r.Number == Number))
        {
            // Whoever kept the others has not seen this one.
            finding.Decide(null, by.UserId, by.Name, now);
            db.DecisionEntries.Add(new DecisionEntry
            {
                ImportId = finding.ImportId, Title = $"{finding.Title}, because row {Number.ToString("N0", CultureInfo.InvariantCulture)} joined them", Rows = finding.Count, UserId = by.UserId, UserName = by.Name, At = now,
            });
            await db.SaveChangesAsync(ct);
        }

        await RecountAsync(db, finding, ct);
    }

    private static async Task AddAsync(PortalDbContext db, string findingId, List<ConcernedRow> rows, CancellationToken ct)
    {
        db.FindingRows.AddRange(rows.Select(r => new FindingRow { FindingId = findingId, Number = r.Number, Related = r.Related }));
        await db.SaveChangesAsync(ct);
    }

    /// <summary>A finding about no row any more is none.</summary>
    private static async Task RecountAsync(PortalDbContext db, Finding finding, CancellationToken ct)
    {
        var rows = db.FindingRows.Where(r => r.FindingId == finding.Id);
        var count = await rows.CountAsync(ct);
        if (count is 0)
        {
            db.Findings.Remove(finding);
            await db.SaveChangesAsync(ct);
            return;
        }

        var first = await rows.OrderBy(r => r.Number).Select(r => r.Number).Take(FindingWords.ListedRows + 1).ToListAsync(ct);
        var anew = FindingWords.About(finding.ImportId, finding.Rule, count, rows: first);
        var figure = finding.Figure is "" || !finding.Figure.EndsWith("of the rows", StringComparison.Ordinal) ? finding.Figure
            : $"{Show.Percent(count / (double)Math.Max(1, await db.Examples.CountAsync(e => e.ImportId == finding.ImportId, ct)))} of the rows";
        await db.Findings.Where(f => f.Id == finding.Id).ExecuteUpdateAsync(
            set => set.SetProperty(f => f.Count, count).SetProperty(f => f.Title, anew.Title).SetProperty(f => f.FirstRows, anew.FirstRows).SetProperty(f => f.HasRows, anew.HasRows)
                .SetProperty(f => f.Figure, figure).SetProperty(f => f.Version, f => f.Version + 1), ct);
        db.Entry(finding).State = EntityState.Detached;
    }
}
