namespace Portal.Features.Data;

/// <summary>What is to be said of rows whose inputs are the same, or nearly: told one group after the other.</summary>
internal sealed class Likeness
{
    public static readonly IReadOnlyList<FindingRule> Rules =
    [
        FindingRule.ContradictoryOutput, FindingRule.NearContradiction, FindingRule.LeakedTestRow, FindingRule.SplitLeak, FindingRule.ExactDuplicate, FindingRule.NearDuplicate,
    ];

    private readonly Dictionary<FindingRule, List<ConcernedRow>> _found = Rules.ToDictionary(r => r, _ => new List<ConcernedRow>());

    public List<ConcernedRow> Of(FindingRule rule) => [.. _found[rule].OrderBy(r => r.Number)];

    /// <param name="rows">Usable rows that are alike, by their number.</param>
    /// <param name="isLeaked">A sealed row of an earlier version is like them.</param>
    public void Add(IReadOnlyList<RowFact> rows, bool isLeaked)
    {
        if (rows.Count is 0)
        {
            return;
        }

        var first = rows[0].Number;
        if (isLeaked)
        {
            _found[FindingRule.LeakedTestRow].AddRange(rows.Select(r => new ConcernedRow(r.Number)));
        }

        var strongest = rows.MaxBy(r => r.Given);
        _found[FindingRule.SplitLeak].AddRange(rows.Where(r => r.Given > 0 && r.Given < strongest.Given).Select(r => new ConcernedRow(r.Number, strongest.Number)));
        var isAnswered = new HashSet<(ulong, ulong)>();
        var repeated = rows.Where(r => !isAnswered.Add((r.Input, r.Output))).Select(r => r.Number).ToHashSet();
        var several = rows.GroupBy(r => r.Input).Where(g => g.Select(r => r.Output).Distinct().Skip(1).Any()).SelectMany(g => g).Select(r => r.Number).ToHashSet();
        _found[FindingRule.ExactDuplicate].AddRange(rows.Where(r => repeated.Contains(r.Number)).Select(r => new ConcernedRow(r.Number, first)));
        _found[FindingRule.ContradictoryOutput].AddRange(rows.Where(r => several.Contains(r.Number)).Select(r => new ConcernedRow(r.Number, first)));
        _found[FindingRule.NearDuplicate].AddRange(rows.Skip(1).Where(r => !repeated.Contains(r.Number) && !several.Contains(r.Number)).Select(r => new ConcernedRow(r.Number, first)));
        if (rows.Select(r => r.Output).Distinct().Skip(1).Any())
        {
            _found[FindingRule.NearContradiction].AddRange(rows.Where(r => !several.Contains(r.Number)).Select(r => new ConcernedRow(r.Number, first)));
        }
    }
}
