using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>
/// Which rows take part, which wait in quarantine and which are dropped, worked out from every decision: what one sets aside stays out
/// until that one too is taken back.
/// </summary>
internal static class RowStanding
{
    /// <summary>Whether a decision about a finding takes its rows out; the others leave them where they are.</summary>
    public static bool TakesOut(FindingDecision? decision) => decision is FindingDecision.SetAside or FindingDecision.Quarantine;

    /// <param name="db">In a transaction of the caller's.</param>
    /// <param name="import">Whose rows; its counts are brought up to date.</param>
    /// <param name="only">The rows that something changed for; null for all.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task WorkOutAsync(PortalDbContext db, DatasetImport import, IReadOnlyCollection<int>? only, CancellationToken ct)
    {
        var found = (await db.Findings.AsNoTracking().Where(f => f.ImportId == import.Id).ToListAsync(ct)).Where(f => f.Choices.Count > 0).ToLookup(f => RowRules.OutForGood.Contains(f.Rule));
        var decidable = found[false].ToList();
        List<FindingRule?> rules = [.. decidable.Select(f => (FindingRule?)f.Rule), FindingRule.DecidedByHand];
        var rows = db.Examples.Where(e => e.ImportId == import.Id);
        rows = only is null ? rows : rows.Where(e => only.Contains(e.Number));
        await rows.Where(e => rules.Contains(e.SetAsideBy))
            .ExecuteUpdateAsync(set => set.SetProperty(e => e.SetAsideBy, (FindingRule?)null).SetProperty(e => e.Reason, "").SetProperty(e => e.IsDropped, false), ct);
        // What cannot be used waits for somebody, unless it was said that it stays out.
        List<FindingRule?> dropped = [.. found[true].Where(f => f.Decision is FindingDecision.SetAside).Select(f => (FindingRule?)f.Rule)];
        await rows.Where(e => e.SetAsideBy != null && e.IsDropped && !dropped.Contains(e.SetAsideBy)).ExecuteUpdateAsync(set => set.SetProperty(e => e.IsDropped, false), ct);
        await rows.Where(e => dropped.Contains(e.SetAsideBy) && !e.IsDropped).ExecuteUpdateAsync(set => set.SetProperty(e => e.IsDropped, true), ct);
        var concerned = db.FindingRows;
        foreach (var aside in decidable.Where(f => TakesOut(f.Decision)).OrderBy(f => f.Rule))
        {
            var (id, rule, why, isDropped) = (aside.Id, aside.Rule, $"{FindingWords.Of(aside.Decision.GetValueOrDefault())} by {aside.DecidedByName}: {aside.Title}", aside.Decision is FindingDecision.SetAside);
            why = why.Length > 400 ? why[..400] : why;
            await rows.Where(e => e.SetAsideBy == null && concerned.Any(r => r.FindingId == id && r.Number == e.Number)).ExecuteUpdateAsync(
                set => set.SetProperty(e => e.SetAsideBy, (FindingRule?)rule).SetProperty(e => e.Reason, why).SetProperty(e => e.IsDropped, isDropped), ct);
        }

        await DecidedAsync(db, import, rows, rules, only, ct);
        import.Recount(import.ReadCount, await db.Examples.CountAsync(e => e.ImportId == import.Id && e.SetAsideBy == null, ct));
        await db.SaveChangesAsync(ct);
    }

    /// <summary>What was decided about single rows, over their findings.</summary>
    private static async Task DecidedAsync(PortalDbContext db, DatasetImport import, IQueryable<Example> rows, List<FindingRule?> rules, IReadOnlyCollection<int>? only, CancellationToken ct)
    {
        var decisions = db.RowDecisions.AsNoTracking().Where(d => d.ImportId == import.Id);
        foreach (var row in await (only is null ? decisions : decisions.Where(d => only.Contains(d.Number))).ToListAsync(ct))
        {
            var (number, isDropped) = (row.Number, row.Decision is FindingDecision.SetAside);
            // A row that cannot be used at all is not made usable by keeping it; dropping it takes it out of the queue.
            await rows.Where(e => e.Number == number && e.SetAsideBy != null && !rules.Contains(e.SetAsideBy)).ExecuteUpdateAsync(set => set.SetProperty(e => e.IsDropped, isDropped), ct);
            var rule = row.Decision is FindingDecision.Keep ? (FindingRule?)null : FindingRule.DecidedByHand;
            var why = rule is null ? "" : $"{FindingWords.Of(row.Decision)} by {row.UserName}";
            await rows.Where(e => e.Number == number && (e.SetAsideBy == null || rules.Contains(e.SetAsideBy)))
                .ExecuteUpdateAsync(set => set.SetProperty(e => e.SetAsideBy, rule).SetProperty(e => e.Reason, why).SetProperty(e => e.IsDropped, isDropped), ct);
        }
    }
}
