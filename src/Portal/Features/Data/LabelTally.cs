namespace Portal.Features.Data;

/// <summary>Counts the distinct outputs of an import, and, while they look like labels, which rows each has.</summary>
internal sealed class LabelTally
{
    /// <summary>Beyond this the outputs are free text, and their rows need no listing.</summary>
    private const int MaximumListed = 2_000;
    private const int LabelLength = 200;
    private const int RareBelow = 10;

    private readonly HashSet<UInt128> _distinct = [];
    private Dictionary<string, List<int>>? _rows;

    /// <param name="isListing">False where the outputs of other rows are known to be free text.</param>
    public LabelTally(bool isListing = true) => _rows = isListing ? new(StringComparer.Ordinal) : null;

    public int Distinct => _distinct.Count;

    /// <summary>Whether the outputs look like labels so far.</summary>
    public bool IsListing => _rows is not null;

    public void Add(string output, int number)
    {
        if (_rows?.TryGetValue(output, out var rows) is true)
        {
            rows.Add(number);
            return;
        }

        _distinct.Add(TextKey.Of(output));
        if (_rows is null)
        {
            return;
        }

        if (output.Length > LabelLength || _rows.Count == MaximumListed)
        {
            _rows = null;
        }
        else
        {
            _rows[output] = [number];
        }
    }

    /// <summary>The rows that follow, counted by another.</summary>
    public void Add(LabelTally following)
    {
        _distinct.UnionWith(following._distinct);
        if (_rows is null || following._rows is null)
        {
            _rows = null;
            return;
        }

        foreach (var (label, rows) in following._rows)
        {
            if (_rows.TryGetValue(label, out var known))
            {
                known.AddRange(rows);
            }
            else if (_rows.Count == MaximumListed)
            {
                _rows = null;
                return;
            }
            else
            {
                _rows[label] = rows;
            }
        }
    }

    public IEnumerable<(Finding Finding, IReadOnlyList<int> Rows)> Conclude(string importId)
    {
        if (Distinct > Define.TaskDefinition.MaximumLabels)
        {
            yield return (FindingWords.About(importId, FindingRule.ManyOutputs, Distinct), []);
        }

        if (_rows is not { Count: > 0 } labels)
        {
            yield break;
        }

        var sizes = labels.Values.Select(r => r.Count).ToList();
        yield return (FindingWords.About(importId, FindingRule.Labels, labels.Count, $"The smallest has {sizes.Min():N0} rows, the largest {sizes.Max():N0}.", figure: $"{(double)sizes.Max() / sizes.Min():0.#} : 1"), []);

        var rare = labels.Where(l => l.Value.Count < RareBelow).OrderBy(l => l.Value.Count).ThenBy(l => l.Key, StringComparer.Ordinal).ToList();
        if (rare.Count > 0)
        {
            yield return (FindingWords.About(importId, FindingRule.RareLabel, rare.Count, Listed(rare.Select(l => l.Key))), Sorted(rare.SelectMany(l => l.Value)));
        }

        var minorities = labels.GroupBy(l => Plain(l.Key), StringComparer.Ordinal).Where(g => g.Count() > 1)
            .SelectMany(g => g.OrderByDescending(l => l.Value.Count).ThenBy(l => l.Key, StringComparer.Ordinal).Skip(1)).ToList();
        if (minorities.Count > 0)
        {
            var rows = Sorted(minorities.SelectMany(l => l.Value));
            var most = labels.GroupBy(l => Plain(l.Key), StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.MaxBy(l => l.Value.Count).Key, StringComparer.Ordinal);
            var repairs = string.Join('\n', minorities.Where(l => !l.Key.AsSpan().ContainsAny('\n', '\t')).Select(l => $"{l.Key}\t{most[Plain(l.Key)]}"));
            yield return (FindingWords.About(importId, FindingRule.LabelVariant, rows.Count, Listed(minorities.Select(l => l.Key.ReplaceLineEndings("⏎"))), rows, repairs: repairs), rows);
        }
    }

    private static string Plain(string label) =>
        string.Join(' ', label.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToUpperInvariant();

    private static List<int> Sorted(IEnumerable<int> rows) => [.. rows.Order()];

    private static string Listed(IEnumerable<string> labels)
    {
        var all = labels.Select(l => $"\"{(l.Length > 40 ? l[..40] + "…" : l)}\"").ToList();
        return string.Join(", ", all.Take(5)) + (all.Count > 5 ? $" and {all.Count - 5:N0} more." : ".");
    }
}
