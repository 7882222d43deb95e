using Portal.Components;

namespace Portal.Features.Data;

/// <summary>What each rule says: how grave it is, what happened, and what to do.</summary>
internal static class FindingWords
{
    /// <summary>Below this no split leaves anything to measure on.</summary>
    public const int FewestRows = 20;

    /// <summary>Google's advice for supervised tuning.</summary>
    public const int AdvisedRows = 100;

    private const int ListedRows = 10;

    public static Finding About(string importId, FindingRule rule, IReadOnlyList<int> rows) => About(importId, rule, rows.Count, "", rows);

    public static Finding About(string importId, FindingRule rule, int count, string detail = "", IReadOnlyList<int>? rows = null)
    {
        var (severity, title, remedy) = Of(rule, Show.Count(count), count is 1);
        return new Finding
        {
            ImportId = importId,
            Rule = rule,
            Severity = severity,
            Count = count,
            Title = title,
            Remedy = detail is "" ? remedy : $"{detail} {remedy}",
            FirstRows = rows is null or [] ? "" : string.Join(", ", rows.Take(ListedRows).Select(r => Show.Count(r))) + (rows.Count > ListedRows ? ", …" : ""),
            HasRows = rows is { Count: > 0 } || rule is FindingRule.RareLabel,
        };
    }

    /// <summary>Whether a rule only makes sense where one label is picked.</summary>
    public static bool IsAboutLabels(FindingRule rule) =>
        rule is FindingRule.RareLabel or FindingRule.LabelVariant or FindingRule.ManyOutputs or FindingRule.Labels;

    public static string Of(FindingSeverity severity) => severity switch
    {
        FindingSeverity.Blocks => "Blocks freezing",
        FindingSeverity.NeedsDecision => "Needs a decision",
        _ => "Note",
    };

    private static (FindingSeverity Severity, string Title, string Remedy) Of(FindingRule rule, string n, bool isOne)
    {
        var rows = isOne ? "1 row" : $"{n} rows";
        return rule switch
        {
            FindingRule.Unreadable => (FindingSeverity.Note, $"{rows} cannot be read", "Set aside, each with its reason. Correct them in the file and upload it again, or go on without them."),
            FindingRule.TooLong => (FindingSeverity.Note, $"{rows} too long to be taken", "Set aside. Shorten them in the file and upload it again, or go on without them."),
            FindingRule.NulCharacter => (FindingSeverity.Note, $"{rows} with a NUL character", "Set aside: databases and models refuse it. Remove the character and upload the file again, or go on without them."),
            FindingRule.EmptyInput => (FindingSeverity.Note, $"{rows} with an empty input", "Set aside. Fill the cell in the file and upload it again, or go on without them."),
            FindingRule.EmptyOutput => (FindingSeverity.Note, $"{rows} with an empty expected output", "Set aside. Fill the cell in the file and upload it again, or go on without them."),
            FindingRule.TooFewRows => (FindingSeverity.Blocks, isOne ? "Only 1 usable row" : $"Only {n} usable rows", $"At least {FewestRows} are needed to train, tune settings and measure on separate rows. Add examples and upload the file again."),
            FindingRule.FewRows => (FindingSeverity.Note, $"Only {n} usable rows", $"Google advises {AdvisedRows} examples or more for tuning. It works with fewer, but what can be measured stays vague."),
            FindingRule.ContradictoryOutput => (FindingSeverity.NeedsDecision, $"{rows} with the same input as another, but a different output", "The model cannot learn both, and no score can be fair to both. Set them aside, or keep them if several outputs are right."),
            FindingRule.LabelVariant => (FindingSeverity.NeedsDecision, $"{rows} with a label that differs from another only in letter case or white space", "Correct the spelling in the file and upload it again, set the rarer spelling aside, or keep both if they mean different things."),
            FindingRule.EncodingDamage => (FindingSeverity.NeedsDecision, $"{rows} with damaged characters (\uFFFD)", "The file was probably saved in another text encoding. Import it again with another encoding; or set the rows aside, or keep them as they are."),
            FindingRule.OverTokenLimit => (FindingSeverity.NeedsDecision, $"{rows} longer than a model takes", "Estimated at more than 131,072 tokens (4 characters a token), Google's limit for one example. Set them aside, or keep them and let Google cut them."),
            FindingRule.RareLabel => (FindingSeverity.Note, isOne ? "1 label has fewer than 10 rows" : $"{n} labels have fewer than 10 rows", "What is seen rarely is learned and measured badly. Add examples for them if they matter."),
            FindingRule.ManyOutputs => (FindingSeverity.Blocks, $"{n} different outputs are too many to be labels", $"A task that classifies takes at most {Define.TaskDefinition.MaximumLabels:N0}. Choose another column as output, or another kind of task in step 1."),
            FindingRule.ExactDuplicate => (FindingSeverity.Note, isOne ? "1 row repeats an earlier one" : $"{n} rows repeat an earlier one", "Kept. Equal and nearly equal rows always share a split, so none is both learned and measured."),
            FindingRule.ControlCharacter => (FindingSeverity.Note, $"{rows} with control characters", "Kept as they are. They usually come from a terminal or an old export; check that they belong."),
            FindingRule.Flattened => (FindingSeverity.Note, $"{rows} with a conversation of several turns", "All turns before the last answer became the input, each with its speaker."),
            _ => (FindingSeverity.Note, isOne ? "1 label" : $"{n} labels", "Freezing the first version fills the task's list of labels with them, unless somebody has listed them already."),
        };
    }
}
