namespace Portal.Features.Data;

/// <summary>A row of a finding, with the first of those it belongs to where the finding is about likeness.</summary>
internal readonly record struct ConcernedRow(int Number, int? Related = null);

/// <summary>
/// Looks at each row of an import as it passes and remembers only facts and prints, so that a million rows fit in memory.
/// Decides at once which rows cannot take part; the rest becomes findings at the end.
/// </summary>
internal sealed class RowChecks(string importId, VendorLimits limits)
{
    private static readonly (RowNotes Note, FindingRule Rule)[] s_notes =
    [
        (RowNotes.ArgumentsRepaired, FindingRule.ArgumentsRepaired),
        (RowNotes.TurnsMerged, FindingRule.TurnsMerged),
        (RowNotes.WeightDropped, FindingRule.WeightDropped),
        (RowNotes.SchemaSimplified, FindingRule.SchemaSimplified),
        (RowNotes.EndingsRemoved, FindingRule.EndingsRemoved),
    ];

    private const int NamedFiles = 5;
    private const int NamedLength = 80;

    private readonly Dictionary<FindingRule, List<int>> _notes = [];
    private readonly RowInspector _inspector = new(limits.MaximumCharacters);
    private readonly LabelTally _labels = new();
    private readonly WordCoverage _words = new();
    private int _sealed;

    public int Read { get; private set; }

    public int Accepted { get; private set; }

    public int DistinctOutputs => _labels.Distinct;

    public Example Check(MappedRow row)
    {
        Read++;
        if (row.Problem is { } problem)
        {
            var isTooLong = problem.Contains("longer than", StringComparison.Ordinal);
            _inspector.Inspect(row.Number, "", "", isTooLong ? RowMarks.TooLong : RowMarks.Unreadable);
            return SetAside(row, isTooLong ? FindingRule.TooLong : FindingRule.Unreadable, row.Raw, "", problem);
        }

        if (row.MediaFault is { } lost)
        {
            _inspector.Inspect(row.Number, "", "", MarkOf(lost.Rule));
            return SetAside(row, lost.Rule, row.Input, row.Output, lost.Reason);
        }

        var (input, output) = (row.Input, row.Output);
        var isNul = row.System.Contains('\0') || row.Content?.Contains("\\u0000", StringComparison.Ordinal) is true;
        var known = ((row.Notes & RowNotes.Flattened) is 0 ? RowMarks.None : RowMarks.Flattened) | (isNul ? RowMarks.Nul : _inspector.InspectSystem(row.System)) | MediaMarks(row);
        var marks = _inspector.Inspect(row.Number, input, output, known, row.Media.Count is 0 ? "" : MediaText.ComparedOf(input, row.Content));
        if ((marks & RowMarks.Unusable) is not 0)
        {
            return (marks & RowMarks.Nul) is not 0 ? SetAside(row, FindingRule.NulCharacter, input, output, "it holds a NUL character, which databases and models refuse")
                : (marks & RowMarks.EmptyInput) is not 0 ? SetAside(row, FindingRule.EmptyInput, input, output, "the input is empty")
                : SetAside(row, FindingRule.EmptyOutput, input, output, "the expected output is empty");
        }

        if (row.Split is { } given)
        {
            _inspector.Give(given);
        }

        Accepted++;
        _labels.Add(output, row.Number);
        _words.Add(_inspector.InputWords, row.Number);
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
            Origin = (row.Notes & RowNotes.Synthetic) is 0 ? RowOrigin.File : RowOrigin.Synthetic,
        };
    }

    /// <summary>A sealed row of an earlier version: compared with the rows of the file, never shown and never counted among them.</summary>
    public void AddSealed(string input, string? content)
    {
        _sealed++;
        _inspector.Inspect(0, MediaText.ComparedOf(input, content), "sealed");
    }

    /// <summary>Everything that was found, each with the rows it concerns.</summary>
    /// <param name="unused">Files of the archive that no row names.</param>
    public IReadOnlyList<(Finding Finding, IReadOnlyList<ConcernedRow> Rows)> Conclude(IReadOnlyList<string> unused)
    {
        var rows = new RowFindings(importId, _inspector.Facts[..(_inspector.Count - _sealed)].ToArray(), NearDuplicates.Group(_inspector.Prints), limits);
        List<(Finding, IReadOnlyList<ConcernedRow>)> found = [.. rows.Conclude()];
        found.AddRange(_labels.Conclude(importId).Select(f => (f.Finding, (IReadOnlyList<ConcernedRow>)[.. f.Rows.Select(n => new ConcernedRow(n))])));
        var (lonely, figure) = _words.Conclude();
        if (figure is not "")
        {
            found.Add((FindingWords.About(importId, FindingRule.JargonCoverage, lonely.Count, rows: lonely, figure: figure), [.. lonely.Select(n => new ConcernedRow(n))]));
        }

        found.AddRange(_notes.Select(n => (FindingWords.About(importId, n.Key, n.Value.Count, rows: n.Value), (IReadOnlyList<ConcernedRow>)[.. n.Value.Select(r => new ConcernedRow(r))])));
        if (unused.Count > 0)
        {
            var named = string.Join(", ", unused.Take(NamedFiles).Select(n => $"\"{(n.Length > NamedLength ? n[..NamedLength] + "…" : n)}\""));
            found.Add((FindingWords.About(importId, FindingRule.MediaUnused, unused.Count, $"{named}{(unused.Count > NamedFiles ? " and others" : "")}."), []));
        }

        if (Accepted < FindingWords.FewestRows)
        {
            found.Add((FindingWords.About(importId, FindingRule.TooFewRows, Accepted), []));
        }
        else if (Accepted < FindingWords.AdvisedRows)
        {
            found.Add((FindingWords.About(importId, FindingRule.FewRows, Accepted), []));
        }

        return found;
    }

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
