using Portal.Components;

namespace Portal.Features.Data;

/// <summary>What each rule says: how grave it is, what happened, and what to do.</summary>
internal static class FindingWords
{
    /// <summary>Below this no split leaves anything to measure on.</summary>
    public const int FewestRows = 20;

    /// <summary>Google's advice for supervised tuning.</summary>
    public const int AdvisedRows = 100;

    public const int ListedRows = 10;

    public static Finding About(string importId, FindingRule rule, IReadOnlyList<int> rows) => About(importId, rule, rows.Count, "", rows);

    public static Finding About(string importId, FindingRule rule, int count, string detail = "", IReadOnlyList<int>? rows = null, string figure = "", string repairs = "")
    {
        var words = FindingRules.Of(rule);
        var title = count is 1 && words.One is not "" ? words.One
            : words.Title.Replace("{0}", count is 1 ? "1 row" : $"{Show.Count(count)} rows", StringComparison.Ordinal).Replace("{n}", Show.Count(count), StringComparison.Ordinal);
        return new Finding
        {
            ImportId = importId,
            Rule = rule,
            Severity = words.Severity,
            Count = count,
            Title = title,
            Remedy = detail is "" ? words.Remedy : $"{detail} {words.Remedy}",
            Figure = figure,
            Repairs = repairs,
            FirstRows = rows is null or [] || rule is FindingRule.LeakedTestRow ? "" : string.Join(", ", rows.Take(ListedRows).Select(r => Show.Count(r))) + (rows.Count > ListedRows ? ", …" : ""),
            HasRows = (rows is { Count: > 0 } && rule is not FindingRule.LeakedTestRow) || rule is FindingRule.RareLabel,
        };
    }

    /// <summary>Whether a rule only makes sense where one label is picked.</summary>
    public static bool IsAboutLabels(FindingRule rule) =>
        rule is FindingRule.RareLabel or FindingRule.LabelVariant or FindingRule.ManyOutputs or FindingRule.Labels or FindingRule.NearContradiction;

    public static string Of(FindingSeverity severity) => severity switch
    {
        FindingSeverity.Blocks => "Blocks freezing",
        FindingSeverity.NeedsDecision => "Needs a decision",
        _ => "Note",
    };

    public static string Of(FindingDecision decision) => decision switch
    {
        FindingDecision.Keep => "Kept",
        FindingDecision.SetAside => "Set aside",
        FindingDecision.Quarantine => "In quarantine",
        FindingDecision.Fix => "To be fixed",
        _ => "To be redacted",
    };

    public static string Verb(FindingDecision decision) => decision switch
    {
        FindingDecision.Keep => "Keep",
        FindingDecision.SetAside => "Set aside",
        FindingDecision.Quarantine => "Quarantine",
        FindingDecision.Fix => "Fix",
        _ => "Redact",
    };
}
