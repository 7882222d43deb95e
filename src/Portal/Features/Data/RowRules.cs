using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>
/// What the rules say of one row that was changed or added, and of those that it was like or is like now. The same rules as an import's,
/// but for those about the file as a whole (lengths, languages, rare words and labels): there the row stays where the import put it.
/// </summary>
internal sealed class RowRules(PortalDbContext db, string projectId, string importId)
{
    /// <summary>Of a crowd the first ones stand for all.</summary>
    private const int MostAlike = 2_000;

    private const int FewestForShares = 20;
    private const int LabelShare = 100;

    public static readonly IReadOnlyList<FindingRule> Unusable = [FindingRule.Unreadable, FindingRule.TooLong, FindingRule.NulCharacter, FindingRule.EmptyInput, FindingRule.EmptyOutput];

    /// <summary>With one of these a row takes no part, whatever is decided; where its file is what is wrong, no edit helps either.</summary>
    public static readonly IReadOnlyList<FindingRule> OutForGood = [.. Unusable, FindingRule.MediaAddress, FindingRule.MediaMissing, FindingRule.MediaUnclear, FindingRule.MediaUnreadable];

    private static readonly (RowMarks Mark, FindingRule Rule)[] s_marks =
    [
        (RowMarks.EncodingDamage, FindingRule.EncodingDamage), (RowMarks.OverTokens, FindingRule.OverTokenLimit), (RowMarks.Control, FindingRule.ControlCharacter),
        (RowMarks.Unsafe, FindingRule.LikelyBlocked), (RowMarks.PaddedOutput, FindingRule.PaddedOutput), (RowMarks.TrivialOutput, FindingRule.TrivialOutput),
        .. FindingRules.All.Where(r => r.Personal is not null).Select(r => ((RowMarks)((uint)RowMarks.Person << (int)r.Personal.GetValueOrDefault()), r.Rule)),
    ];

    /// <summary>Reads every row for those that are alike; nothing is written, so it may take its time before any transaction.</summary>
    /// <param name="number">The row.</param>
    /// <param name="words">What it would be.</param>
    /// <param name="isAlone">It is known to be like no other row, so none is read.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<RowVerdict> JudgeAsync(int number, RowWords words, bool isAlone, CancellationToken ct)
    {
        var inspector = new RowInspector();
        var marks = inspector.Inspect(number, words.Input, words.Output) | inspector.InspectSystem(words.System);
        if ((marks & RowMarks.TrivialOutput) is not 0 && await IsLabelAsync(number, words.Output, ct))
        {
            marks &= ~RowMarks.TrivialOutput;
        }

        var own = s_marks.Where(m => (marks & m.Mark) is not 0).Select(m => m.Rule).ToHashSet();
        var repairs = await db.Findings.Where(f => f.ImportId == importId && f.Rule == FindingRule.LabelVariant).Select(f => f.Repairs).SingleOrDefaultAsync(ct) ?? "";
        if (repairs.Split('\n').Any(line => line.Split('\t')[0] == words.Output))
        {
            own.Add(FindingRule.LabelVariant);
        }

        var (before, (after, isLeaked)) = (await FormerlyAlikeAsync(number, ct), isAlone ? ([], false) : await AlikeAsync(number, MediaText.ComparedOf(words.Input, words.Content), ct));
        var alike = new Likeness();
        alike.Add(await FactsAsync([.. before.Except(after)], null, ct), isLeaked: false);
        alike.Add(await FactsAsync(after, new RowFactSource(number, words.Input, words.Output, null, words.Content), ct), isLeaked);
        return new RowVerdict(number, own, [.. s_marks.Select(m => m.Rule), FindingRule.LabelVariant, .. Unusable], alike, [number, .. before, .. after]) { IsLeaked = isLeaked };
    }

    /// <summary>An answer that says nothing, but that many rows give: then it is a label.</summary>
    private async Task<bool> IsLabelAsync(int number, string output, CancellationToken ct)
    {
        var label = Example.LabelOf(output);
        var (all, same) = (await db.Examples.CountAsync(e => e.ImportId == importId && e.SetAsideBy == null, ct), await db.Examples.CountAsync(e => e.ImportId == importId && e.Label == label && e.Number != number, ct));
        return all >= FewestForShares && same >= all / LabelShare;
    }

    /// <summary>The rows that were said to be alike with this one: all that name the same first one.</summary>
    private async Task<List<int>> FormerlyAlikeAsync(int number, CancellationToken ct)
    {
        var rules = Likeness.Rules.Where(r => r is not (FindingRule.SplitLeak or FindingRule.LeakedTestRow)).ToList();
        var likenesses = db.Findings.Where(f => f.ImportId == importId && rules.Contains(f.Rule)).Select(f => f.Id);
        var rows = db.FindingRows.Where(r => likenesses.Contains(r.FindingId));
        var first = await rows.Where(r => r.Number == number || r.Related == number).Select(r => r.Related).Where(r => r != null).FirstOrDefaultAsync(ct);
        return first is not { } of ? [] : [.. (await rows.Where(r => r.Related == of).Select(r => r.Number).Distinct().Order().Take(MostAlike).ToListAsync(ct)).Append(of).Distinct().Where(n => n != number)];
    }

    /// <summary>Marks those of several new rows that are like a row that there is, or like one that is kept aside: by the same measure and among the same rows, read once for all.</summary>
    public async Task MarkAlikeAsync(AlikeTexts texts, bool[] alike, CancellationToken ct)
    {
        await foreach (var (_, input) in UsableAsync(0).WithCancellation(ct))
        {
            texts.Mark(input, alike);
        }

        await foreach (var input in TestedAsync().WithCancellation(ct))
        {
            texts.Mark(input, alike);
        }
    }

    private async Task<(List<int> Numbers, bool IsLeaked)> AlikeAsync(int number, string input, CancellationToken ct)
    {
        var search = new AlikeSearch(input);
        List<int> alike = [];
        await foreach (var row in UsableAsync(number).WithCancellation(ct))
        {
            if (search.IsAlike(row.Input) && alike.Count < MostAlike)
            {
                alike.Add(row.Number);
            }
        }

        var leaked = db.Findings.Where(f => f.ImportId == importId && f.Rule == FindingRule.LeakedTestRow).Select(f => f.Id);
        var isLeaked = await db.FindingRows.AnyAsync(r => leaked.Contains(r.FindingId) && alike.Contains(r.Number), ct);
        await foreach (var tested in TestedAsync().WithCancellation(ct))
        {
            isLeaked |= search.IsAlike(tested);
        }

        return (alike, isLeaked);
    }

    /// <summary>The inputs, as they are compared, of the rows that can take part.</summary>
    /// <param name="except">A row that is compared with the others.</param>
    private async IAsyncEnumerable<(int Number, string Input)> UsableAsync(int except)
    {
        List<FindingRule?> unusable = [.. OutForGood.Select(r => (FindingRule?)r)];
        var rows = db.Examples.AsNoTracking().Where(e => e.ImportId == importId && e.Number != except && !unusable.Contains(e.SetAsideBy)).OrderBy(e => e.Number).Select(e => new { e.Number, e.Input, Content = e.Content != null && e.Content.Contains(MediaAddress.Mark) ? e.Content : null });
        await foreach (var row in rows.AsAsyncEnumerable())
        {
            yield return (row.Number, MediaText.ComparedOf(row.Input, row.Content));
        }
    }

    /// <summary>The inputs of every row that a version of the project tests with.</summary>
    private async IAsyncEnumerable<string> TestedAsync()
    {
        var versions = db.DatasetVersions.Where(v => v.ProjectId == projectId && v.State == VersionState.Frozen).Select(v => v.Id);
        var tested = db.FrozenExamples.AsNoTracking().Where(f => versions.Contains(f.VersionId) && f.Split == Split.Test)
            .Select(f => new { f.Input, Content = f.Content != null && f.Content.Contains(MediaAddress.Mark) ? f.Content : null });
        await foreach (var row in tested.AsAsyncEnumerable())
        {
            yield return MediaText.ComparedOf(row.Input, row.Content);
        }
    }

    /// <summary>The rows as the rules compare them, by their numbers; one of them as it is about to be.</summary>
    private async Task<List<RowFact>> FactsAsync(List<int> numbers, RowFactSource? changed, CancellationToken ct)
    {
        var rows = await db.Examples.AsNoTracking().Where(e => e.ImportId == importId && numbers.Contains(e.Number)).Select(e => new RowFactSource(e.Number, e.Input, e.Output, e.GivenSplit, e.Content)).ToListAsync(ct);
        if (changed is not null)
        {
            var given = await db.Examples.Where(e => e.ImportId == importId && e.Number == changed.Number).Select(e => e.GivenSplit).SingleOrDefaultAsync(ct);
            rows.Add(changed with { Given = given });
        }

        var inspector = new RowInspector();
        foreach (var row in rows.OrderBy(r => r.Number))
        {
            inspector.Inspect(row.Number, row.Input, row.Output, compared: MediaText.ComparedOf(row.Input, row.Content));
            if (row.Given is { } given)
            {
                inspector.Give(given);
            }
        }

        return [.. inspector.Facts.ToArray().Where(f => f.IsUsable)];
    }

    private sealed record RowFactSource(int Number, string Input, string Output, Split? Given, string? Content);
}
