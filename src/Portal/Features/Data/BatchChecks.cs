namespace Portal.Features.Data;

/// <summary>Looks at each of some rows that follow each other, and decides at once which of them cannot take part. One thread's at a time.</summary>
/// <param name="inspector">For these rows alone; it remembers nothing of others.</param>
/// <param name="isListing">Whether outputs are still listed as labels.</param>
internal sealed class BatchChecks(string importId, VendorLimits limits, RowInspector inspector, bool isListing)
{
    private static readonly (RowNotes Note, FindingRule Rule)[] s_notes =
    [
        (RowNotes.ArgumentsRepaired, FindingRule.ArgumentsRepaired),
        (RowNotes.TurnsMerged, FindingRule.TurnsMerged),
        (RowNotes.WeightDropped, FindingRule.WeightDropped),
        (RowNotes.SchemaSimplified, FindingRule.SchemaSimplified),
        (RowNotes.EndingsRemoved, FindingRule.EndingsRemoved),
    ];

    private readonly Dictionary<FindingRule, List<int>> _notes = [];

    public int Read { get; private set; }

    public int Accepted { get; private set; }

    public LabelTally Labels { get; } = new(isListing);

    public RowInspector Rows => inspector;

    /// <summary>As <see cref="RowChecks.WrittenByModels"/>.</summary>
    public required IReadOnlySet<UInt128> WrittenByModels { get; init; }

    /// <summary>Rows by what had to be done to read them.</summary>
    public IReadOnlyDictionary<FindingRule, List<int>> Notes => _notes;

    /// <param name="words">Of the thread that looks, to be counted on.</param>
    public Example Check(MappedRow row, WordCoverage words)
    {
        Read++;
        if (row.Problem is { } problem)
        {
            var isTooLong = problem.Contains("longer than", StringComparison.Ordinal);
            inspector.Inspect(row.Number, "", "", isTooLong ? RowMarks.TooLong : RowMarks.Unreadable);
            return SetAside(row, isTooLong ? FindingRule.TooLong : FindingRule.Unreadable, row.Raw, "", problem);
        }

        if (row.MediaFault is { } lost)
        {
            inspector.Inspect(row.Number, "", "", MarkOf(lost.Rule));
            return SetAside(row, lost.Rule, row.Input, row.Output, lost.Reason);
        }

        var (input, output) = (row.Input, row.Output);
        var isNul = row.System.Contains('\0') || row.Content?.Contains("\\u0000", StringComparison.Ordinal) is true;
        var known = ((row.Notes & RowNotes.Flattened) is 0 ? RowMarks.None : RowMarks.Flattened) | (isNul ? RowMarks.Nul : inspector.InspectSystem(row.System)) | MediaMarks(row);
        var marks = inspector.Inspect(row.Number, input, output, known, row.Media.Count is 0 ? "" : MediaText.ComparedOf(input, row.Content));
        if ((marks & RowMarks.Unusable) is not 0)
        {
            return (marks & RowMarks.Nul) is not 0 ? SetAside(row, FindingRule.NulCharacter, input, output, "it holds a NUL character, which databases and models refuse")
                : (marks & RowMarks.EmptyInput) is not 0 ? SetAside(row, FindingRule.EmptyInput, input, output, "the input is empty")
                : SetAside(row, FindingRule.EmptyOutput, input, output, "the expected output is empty");
        }

        if (row.Split is { } given)
        {
            inspector.Give(given);
        }

        Accepted++;
        Labels.Add(output, row.Number);
        words.Add(inspector.SpecialWords, row.Number);
        Note(row);
        return new Example
        {
            ImportId = importId,
            Number = row.Number,
            Input = input,
            Output = output,
            System = row.System,
            Content = row.Content,
            GroupKey = row.Group,
            DatedAt = row.Date,
            Slice = row.Slice,
            GivenSplit = row.Split,
            SourceId = row.SourceId,
            Label = Example.LabelOf(output),
            Origin = IsSynthetic(row) ? RowOrigin.Synthetic : RowOrigin.File,
        };
    }

    /// <summary>A table of ours says so; where its word is gone, the row is known by what it says.</summary>
    private bool IsSynthetic(MappedRow row) =>
        (row.Notes & RowNotes.Synthetic) is not 0 || ((row.Notes & RowNotes.Downloaded) is not 0 && WrittenByModels.Count > 0 && WrittenByModels.Contains(TextKey.Of(row.Input)));

    private RowMarks MediaMarks(MappedRow row) => limits.Check(row.Number, row.Media) | (row.IsMediaOtherwise ? RowMarks.MediaOtherwise : RowMarks.None);

    private static RowMarks MarkOf(FindingRule rule) => rule switch
    {
        FindingRule.MediaAddress => RowMarks.MediaAddress,
        FindingRule.MediaMissing => RowMarks.MediaMissing,
        FindingRule.MediaUnclear => RowMarks.MediaUnclear,
        _ => RowMarks.MediaUnreadable,
    };

    private void Note(MappedRow row)
    {
        foreach (var (note, rule) in s_notes)
        {
            if ((row.Notes & note) is not RowNotes.None)
            {
                if (!_notes.TryGetValue(rule, out var rows))
                {
                    _notes[rule] = rows = [];
                }

                rows.Add(row.Number);
            }
        }
    }

    private static string Storable(string text) => text.Replace('\0', '\u2400');

    private Example SetAside(MappedRow row, FindingRule rule, string input, string output, string reason) => new()
    {
        ImportId = importId,
        Number = row.Number,
        Input = Storable(input),
        Output = Storable(output),
        Label = "",
        SetAsideBy = rule,
        Reason = reason.Length > 400 ? reason[..400] : reason,
    };
}
