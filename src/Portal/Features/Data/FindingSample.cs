namespace Portal.Features.Data;

/// <summary>A piece of a shown text: as it is, or marked as what a finding is about.</summary>
public sealed record TextPiece(string Text, bool IsMarked);

/// <summary>A row of a finding as the screen shows it: what is meant is marked, and what a fix or redaction would make of it stands beside.</summary>
public sealed record FindingSample(
    int Number, int? Related, IReadOnlyList<TextPiece> Input, IReadOnlyList<TextPiece> Output, string? InputAfter, string? OutputAfter, bool IsSetAside, FindingDecision? Decision)
{
    /// <summary>The row's own system instruction, where the finding is about something in it.</summary>
    public IReadOnlyList<TextPiece> System { get; private init; } = [];

    public string? SystemAfter { get; private init; }

    private const int Around = 160;
    private const int LongestShown = 600;

    internal static FindingSample Of(Finding finding, int number, int? related, (string System, string Input, string Output) texts, bool isSetAside, FindingDecision? decision)
    {
        var (system, input, output) = texts;
        var (before, after) = (Pieces(finding.Rule, input), Pieces(finding.Rule, output));
        var changes = finding.Choices.FirstOrDefault(c => c is FindingDecision.Fix or FindingDecision.Redact);
        var changedInput = changes is FindingDecision.Keep ? input : Changed(finding, changes, input, isOutput: false);
        var changedOutput = changes is FindingDecision.Keep ? output : Changed(finding, changes, output, isOutput: true);
        return new FindingSample(number, related, before, after, changedInput == input ? null : Cut(changedInput), changedOutput == output ? null : Cut(changedOutput), isSetAside, decision)
        {
            System = Marks(finding.Rule, system).Count > 0 ? Pieces(finding.Rule, system) : [],
            SystemAfter = changes is not FindingDecision.Keep && Changed(finding, changes, system, isOutput: false) is var changed && changed != system ? Cut(changed) : null,
        };
    }

    private static string Changed(Finding finding, FindingDecision how, string text, bool isOutput)
    {
        if (how is FindingDecision.Redact)
        {
            var changed = text;
            foreach (var piece in PersonalData.Find(text).Where(p => p.Kind == FindingRules.Of(finding.Rule).Personal).Reverse())
            {
                changed = string.Concat(changed.AsSpan(0, piece.Start), $"[{Redaction.Name(piece.Kind)}]", changed.AsSpan(piece.End));
            }

            return changed;
        }

        return new RowTreatment([finding], null).Fixed(finding.Rule, text, isOutput);
    }

    /// <summary>What a finding means in a text.</summary>
    private static List<(int Start, int End)> Marks(FindingRule rule, string text)
    {
        if (FindingRules.Of(rule).Personal is { } kind)
        {
            return [.. PersonalData.Find(text).Where(p => p.Kind == kind).Select(p => (p.Start, p.End))];
        }

        return rule switch
        {
            FindingRule.EncodingDamage => EncodingDamage.At(text) is >= 0 and var at ? [(at, Math.Min(text.Length, at + 2))] : [],
            FindingRule.LikelyBlocked => SafetyWords.Find(text) is { Length: > 0 } found ? [(found.Start, found.Start + found.Length)] : [],
            _ => [],
        };
    }

    private static List<TextPiece> Pieces(FindingRule rule, string text)
    {
        var marks = Marks(rule, text);
        // Of a long text the part around the first mark.
        var from = marks.Count > 0 ? Math.Max(0, marks[0].Start - Around) : 0;
        var to = Math.Min(text.Length, from + LongestShown);
        List<TextPiece> pieces = from > 0 ? [new("…", false)] : [];
        var at = from;
        foreach (var (start, end) in marks.TakeWhile(m => m.End <= to))
        {
            pieces.Add(new(text[at..start], false));
            pieces.Add(new(text[start..end], true));
            at = end;
        }

        pieces.Add(new(text[at..to] + (to < text.Length ? "…" : ""), false));
        return [.. pieces.Where(p => p.Text is not "")];
    }

    private static string Cut(string text) => text.Length <= LongestShown ? text : string.Concat(text.AsSpan(0, LongestShown), "…");
}
