namespace Portal.Features.Data;

/// <summary>Turns the facts of all rows, and the groups of those that are nearly the same, into findings.</summary>
internal sealed class RowFindings(string importId, RowFact[] facts, int[] groups, VendorLimits limits)
{
    /// <summary>A way of writing that so many rows share is the file's own; the others deviate from it.</summary>
    private const double Nearly = 0.9;
    private const int FewestForShares = 20;

    /// <summary>An answer that more than one row in a hundred gives is a label, whatever it says.</summary>
    private const int LabelShare = 100;

    private readonly List<(Finding, IReadOnlyList<ConcernedRow>)> _found = [];
    private readonly RowFact[] _usable = Array.FindAll(facts, f => f.IsUsable);

    /// <summary>What is marked anywhere: most rules concern no row, and need not look for it.</summary>
    private readonly RowMarks _seen = facts.Aggregate(RowMarks.None, (seen, f) => seen | f.Marks);

    public IEnumerable<(Finding Finding, IReadOnlyList<ConcernedRow> Rows)> Conclude()
    {
        Marked(FindingRule.Unreadable, RowMarks.Unreadable);
        Marked(FindingRule.TooLong, RowMarks.TooLong);
        Marked(FindingRule.MediaAddress, RowMarks.MediaAddress);
        Marked(FindingRule.MediaMissing, RowMarks.MediaMissing);
        Marked(FindingRule.MediaUnclear, RowMarks.MediaUnclear);
        Marked(FindingRule.MediaUnreadable, RowMarks.MediaUnreadable);
        Marked(FindingRule.NulCharacter, RowMarks.Nul);
        Marked(FindingRule.EmptyInput, f => (f.Marks & RowMarks.EmptyInput) is not 0 && (f.Marks & RowMarks.Unusable & ~(RowMarks.EmptyInput | RowMarks.EmptyOutput)) is 0);
        Marked(FindingRule.EmptyOutput, f => (f.Marks & RowMarks.EmptyOutput) is not 0 && (f.Marks & RowMarks.Unusable & ~RowMarks.EmptyOutput) is 0);
        Usable(FindingRule.EncodingDamage, RowMarks.EncodingDamage);
        Usable(FindingRule.MediaOtherwise, RowMarks.MediaOtherwise);
        Usable(FindingRule.ControlCharacter, RowMarks.Control);
        Usable(FindingRule.Flattened, RowMarks.Flattened);
        Usable(FindingRule.LikelyBlocked, RowMarks.Unsafe);
        Usable(FindingRule.PaddedOutput, RowMarks.PaddedOutput);
        foreach (var words in FindingRules.All.Where(r => r.Personal is not null).OrderBy(r => r.Rule))
        {
            Usable(words.Rule, (RowMarks)((uint)RowMarks.Person << (int)words.Personal.GetValueOrDefault()));
        }

        Limits();
        Trivial();
        Likeness();
        Ways();
        Lengths();
        Languages();
        Size();
        return _found;
    }

    private void Usable(FindingRule rule, RowMarks mark, string figure = "")
    {
        if ((_seen & mark) is not 0)
        {
            Marked(rule, f => f.IsUsable && (f.Marks & mark) is not 0, figure: figure);
        }
    }

    private void Marked(FindingRule rule, RowMarks mark)
    {
        if ((_seen & mark) is not 0)
        {
            Marked(rule, f => (f.Marks & mark) is not 0);
        }
    }

    private void Marked(FindingRule rule, Predicate<RowFact> isConcerned, string detail = "", string figure = "") =>
        Add(rule, [.. Array.FindAll(facts, isConcerned).Select(f => new ConcernedRow(f.Number))], detail, figure);

    private void Add(FindingRule rule, List<ConcernedRow> rows, string detail = "", string figure = "")
    {
        if (rows.Count > 0)
        {
            _found.Add((FindingWords.About(importId, rule, rows.Count, detail, [.. rows.Select(r => r.Number)], figure), rows));
        }
    }

    private void Trivial()
    {
        if ((_seen & RowMarks.TrivialOutput) is 0)
        {
            return;
        }

        var labels = _usable.Where(f => (f.Marks & RowMarks.TrivialOutput) is not 0).GroupBy(f => f.Output)
            .Where(g => _usable.Length >= FewestForShares && g.Count() > _usable.Length / LabelShare).Select(g => g.Key).ToHashSet();
        Marked(FindingRule.TrivialOutput, f => f.IsUsable && (f.Marks & RowMarks.TrivialOutput) is not 0 && !labels.Contains(f.Output));
    }

    /// <summary>Rows of one input or nearly one: repeated, or with answers that contradict each other. Sealed rows stand behind those of the file.</summary>
    private void Likeness()
    {
        var alike = new Likeness();
        foreach (var places in Groups())
        {
            alike.Add([.. places.Where(p => p < facts.Length && facts[p].IsUsable).Select(p => facts[p])], places[^1] >= facts.Length);
        }

        foreach (var rule in Data.Likeness.Rules)
        {
            var rows = alike.Of(rule);
            Add(rule, rows, figure: rule is FindingRule.ContradictoryOutput ? "" : Share(rows.Count));
        }
    }

    private IEnumerable<List<int>> Groups()
    {
        Dictionary<int, List<int>> several = [];
        for (var place = 0; place < groups.Length; place++)
        {
            if (groups[place] != place)
            {
                (several.TryGetValue(groups[place], out var members) ? members : several[groups[place]] = [groups[place]]).Add(place);
            }
        }

        return several.Values;
    }

    /// <summary>Ways of writing that nearly all rows share and some do not.</summary>
    private void Ways()
    {
        if (Array.Exists(_usable, f => (f.Marks & RowMarks.CarriageReturn) is not 0) && Array.Exists(_usable, f => (f.Marks & RowMarks.LineFeed) is not 0))
        {
            Usable(FindingRule.MixedLineEnds, RowMarks.CarriageReturn);
        }

        var (most, count) = Counts(f => (byte)f.Ending).FirstOrDefault(e => e.Value is not (byte)PromptEnding.Other);
        if (_usable.Length >= FewestForShares && count < _usable.Length && count >= _usable.Length * Nearly)
        {
            Marked(FindingRule.MixedEndings, f => f.IsUsable && (byte)f.Ending != most, $"{100.0 * count / _usable.Length:0.0} % of the inputs end in {NameOf((PromptEnding)most)}.");
        }
    }

    /// <summary>By the median and the spread about it, so that the outliers themselves do not move the bar.</summary>
    private void Lengths()
    {
        var lengths = Array.ConvertAll(_usable, f => f.InputLength + f.OutputLength);
        if (lengths.Length < FewestForShares)
        {
            return;
        }

        var median = Middle(lengths);
        var spread = Middle(Array.ConvertAll(lengths, l => Math.Abs(l - median)));
        var bar = Math.Max(median * 5L, median + (12L * spread)) + 200;
        Marked(FindingRule.LengthOutlier, f => f.IsUsable && f.InputLength + f.OutputLength > bar, $"Half of the rows have {median:N0} characters or fewer; these have more than {bar:N0}.");
    }

    private void Languages()
    {
        var counts = Counts(f => f.Language);
        var most = counts.Find(c => c.Value is not LanguageGuess.Unsure);
        if (most.Count * 2 <= _usable.Length || counts.Count(c => c.Value is not LanguageGuess.Unsure) < 2)
        {
            return;
        }

        var figure = string.Join(" · ", counts.Take(5).Select(c => $"{100.0 * c.Count / _usable.Length:0.0} % {LanguageGuess.NameOf(c.Value)}"));
        Marked(FindingRule.LanguageMix, f => f.IsUsable && f.Language is not LanguageGuess.Unsure && f.Language != most.Value, figure: figure);
    }

    /// <summary>How many usable rows have each value, the most frequent first; of two as frequent the one that is met first.</summary>
    private List<(byte Value, int Count)> Counts(Func<RowFact, byte> valueOf)
    {
        var counts = new int[256];
        List<byte> met = [];
        foreach (var fact in _usable)
        {
            if (counts[valueOf(fact)]++ is 0)
            {
                met.Add(valueOf(fact));
            }
        }

        return [.. met.Select(value => (value, counts[value])).OrderByDescending(c => c.Item2)];
    }

    /// <summary>The number in the middle if they were sorted, found by its upper half and then by its lower.</summary>
    private static int Middle(int[] numbers)
    {
        var counts = new int[1 << 16];
        foreach (var number in numbers)
        {
            counts[number >> 16]++;
        }

        var (before, upper) = Reached(counts, numbers.Length / 2);
        Array.Clear(counts);
        foreach (var number in numbers)
        {
            counts[number & 0xFFFF] += number >> 16 == upper ? 1 : 0;
        }

        return (upper << 16) | Reached(counts, before).Place;
    }

    /// <summary>Where so many have been counted, and how many of that place are still to be passed.</summary>
    private static (int Before, int Place) Reached(int[] counts, int many)
    {
        var place = 0;
        while (many >= counts[place])
        {
            many -= counts[place++];
        }

        return (many, place);
    }

    /// <summary>What the models take, by the name of each that does not.</summary>
    private void Limits()
    {
        var tooLong = _usable.Where(f => (f.Marks & RowMarks.OverTokens) is not 0).ToList();
        if (tooLong.Count > 0)
        {
            Usable(FindingRule.OverTokenLimit, RowMarks.OverTokens, limits.CutBy(tooLong.Max(f => f.InputLength + (long)f.OutputLength)));
        }

        foreach (var (rule, mark) in new[] { (FindingRule.MediaOverLimit, RowMarks.MediaOverLimit), (FindingRule.MediaForSome, RowMarks.MediaForSome) })
        {
            var rows = _usable.Where(f => (f.Marks & mark) is not 0).Select(f => f.Number).ToList();
            Add(rule, [.. rows.Select(r => new ConcernedRow(r))], limits.Reasons(rows));
        }
    }

    /// <summary>A JSON line has some hundred signs beside the texts; three bytes a character is the most that UTF-8 needs for nearly all scripts.</summary>
    private void Size()
    {
        var bytes = _usable.Sum(f => f.InputLength + (long)f.OutputLength + 120);
        if (limits.BlockedBySize(bytes) is { Length: > 0 } blocked)
        {
            _found.Add((FindingWords.About(importId, FindingRule.FileTooLarge, 1, blocked, figure: Components.Show.Bytes(bytes)), []));
        }
    }

    private string Share(int count)
    {
        var percent = 100.0 * count / Math.Max(1, _usable.Length);
        return percent is > 0 and < 0.05 ? "under 0.1 % of the rows" : $"{percent:0.0} % of the rows";
    }

    private static string NameOf(PromptEnding ending) => ending switch
    {
        PromptEnding.Hashes => "##",
        PromptEnding.Arrow => "an arrow",
        PromptEnding.Colon => "a colon",
        _ => "a line end",
    };
}
