using System.Collections.Concurrent;

namespace Portal.Features.Data;

/// <summary>A row of a finding, with the first of those it belongs to where the finding is about likeness.</summary>
internal readonly record struct ConcernedRow(int Number, int? Related = null);

/// <summary>
/// Remembers of the rows of an import only facts and prints, so that a million of them fit in memory, and turns them into findings at the end.
/// The rows are looked at in batches, by several threads, and added in their order.
/// </summary>
internal sealed class RowChecks(string importId, VendorLimits limits)
{
    private const int NamedFiles = 5;
    private const int NamedLength = 80;

    private readonly Dictionary<FindingRule, List<int>> _notes = [];
    private readonly List<RowFact> _facts = [];
    private readonly RowPrints _prints = new();
    private readonly ConcurrentBag<RowInspector> _idle = [];
    private readonly RowInspector _sealed = new(limits.MaximumCharacters);
    private readonly LabelTally _labels = new();
    private readonly List<WordCoverage> _words = [];
    private readonly Lock _counting = new();

    public int Read { get; private set; }

    public int Accepted { get; private set; }

    public int DistinctOutputs => _labels.Distinct;

    /// <summary>A table of words for one thread to count on: the tables are added up at the end.</summary>
    public WordCoverage CountWords()
    {
        var words = new WordCoverage();
        lock (_counting)
        {
            _words.Add(words);
        }

        return words;
    }

    /// <summary>Inputs that a model is known to have written for this project.</summary>
    public IReadOnlySet<UInt128> WrittenByModels { get; init; } = new HashSet<UInt128>();

    /// <summary>For some rows that follow each other; to be added once they are looked at. Any thread may ask.</summary>
    public BatchChecks Begin() => new(importId, limits, _idle.TryTake(out var idle) ? idle : new RowInspector(limits.MaximumCharacters), _labels.IsListing)
    {
        WrittenByModels = WrittenByModels,
    };

    /// <summary>The next rows of the file.</summary>
    public void Add(BatchChecks batch)
    {
        (Read, Accepted) = (Read + batch.Read, Accepted + batch.Accepted);
        _facts.AddRange(batch.Rows.Facts);
        _prints.Add(batch.Rows.Prints);
        batch.Rows.Clear();
        _idle.Add(batch.Rows);
        _labels.Add(batch.Labels);
        foreach (var (rule, rows) in batch.Notes)
        {
            (_notes.TryGetValue(rule, out var known) ? known : _notes[rule] = []).AddRange(rows);
        }
    }

    /// <summary>A sealed row of an earlier version: compared with the rows of the file, never shown and never counted among them.</summary>
    public void AddSealed(string input, string? content) => _sealed.Inspect(0, MediaText.ComparedOf(input, content), "sealed");

    /// <summary>Everything that was found, each with the rows it concerns. Asked for once: what was remembered is used up.</summary>
    /// <param name="unused">Files of the archive that no row names.</param>
    public IReadOnlyList<(Finding Finding, IReadOnlyList<ConcernedRow> Rows)> Conclude(IReadOnlyList<string> unused)
    {
        _idle.Clear();
        _prints.Add(_sealed.Prints);
        var rows = new RowFindings(importId, [.. _facts], NearDuplicates.Group(_prints), limits);
        List<(Finding, IReadOnlyList<ConcernedRow>)> found = [.. rows.Conclude()];
        found.AddRange(_labels.Conclude(importId).Select(f => (f.Finding, (IReadOnlyList<ConcernedRow>)[.. f.Rows.Select(n => new ConcernedRow(n))])));
        var (lonely, figure) = Words().Conclude();
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

    private WordCoverage Words()
    {
        var all = new WordCoverage();
        _words.ForEach(all.Add);
        return all;
    }
}
