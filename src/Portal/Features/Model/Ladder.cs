namespace Portal.Features.Model;

/// <summary>A measured candidate beside the others.</summary>
/// <param name="WhyNot">Why it cannot be chosen; null where it can.</param>
public sealed record LadderRow(Candidate Candidate, CandidateRun Run, CatalogueModel Model, Verdict? Verdict, string? WhyNot);

/// <summary>The candidates of a version side by side, and what they say together.</summary>
/// <param name="Verdict">Null while something runs, or nothing has been measured.</param>
/// <param name="Proposed">The candidate to go on with, or the one that more rows should be measured for.</param>
/// <param name="MoreRows">Rows that would tell, if the score stays; null where no number would.</param>
public sealed record Ladder(IReadOnlyList<LadderRow> Rows, Verdict? Verdict, LadderRow? Proposed, long? MoreRows)
{
    public bool IsRunning => Rows.Any(r => r.Run.IsActive);

    /// <param name="runs">Newest first.</param>
    public static Ladder Of(IEnumerable<RunRow> runs, IReadOnlyList<CatalogueModel> catalogue, double? target)
    {
        var rows = runs.Where(r => r.Candidate.Rung is not Rung.Tuned).GroupBy(r => r.Candidate.Id)
            .Select(all => all.FirstOrDefault(r => r.Run.IsActive) ?? all.FirstOrDefault(r => r.Run.State is RunState.Succeeded) ?? all.First())
            .Select(r => RowOf(r, catalogue.First(m => m.Id == r.Candidate.BaseModelId), target))
            .OrderBy(r => r.Model.Tier).ThenBy(r => r.Model.Id, StringComparer.Ordinal).ThenBy(r => r.Candidate.Rung).ToList();
        if (rows.Any(r => r.Run.IsActive))
        {
            return new Ladder(rows, null, null, null);
        }

        // One that proves itself is enough, and the cheapest of those is the best; doubt about any is no reason to climb.
        return rows.Where(r => r.Verdict is Model.Verdict.Stop).MinBy(r => Measured(r).CostPerThousandMicros) is { } enough
            ? new Ladder(rows, Model.Verdict.Stop, enough, null)
            : Best(rows, Model.Verdict.NotEnoughData) is { } open ? new Ladder(rows, Model.Verdict.NotEnoughData, open, MoreRowsFor(open, target))
            : Best([.. rows.Where(r => r.WhyNot is null)], Model.Verdict.Climb) is { } next ? new Ladder(rows, Model.Verdict.Climb, next, null)
            : new Ladder(rows, rows.Any(r => r.Verdict is not null) ? Model.Verdict.Climb : null, null, null);
    }

    private static LadderRow RowOf(RunRow row, CatalogueModel model, double? target)
    {
        var verdict = RunVerdict.Of(row.Run, target);
        var whyNot = verdict is { } known ? RunVerdict.WhyNotChosen(model, known) : "It has not been measured.";
        return new LadderRow(row.Candidate, row.Run, model, verdict, whyNot);
    }

    private static LadderRow? Best(IReadOnlyList<LadderRow> rows, Verdict verdict) => rows.Where(r => r.Verdict == verdict)
        .OrderByDescending(r => Measured(r).Score).ThenBy(r => Measured(r).CostPerThousandMicros).FirstOrDefault();

    private static long? MoreRowsFor(LadderRow row, double? target) =>
        VerdictRule.RowsNeeded(Measured(row).Score, target ?? 0) is { } needed ? Math.Max(0, needed - Measured(row).Rows) : null;

    // Only rows with a verdict come here, and RunVerdict gives none without metrics.
    private static RunMetrics Measured(LadderRow row) => row.Run.Metrics!;
}
