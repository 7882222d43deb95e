using System.Runtime.InteropServices;

namespace Portal.Features.Data;

/// <summary>
/// Looks at each row of an import as it passes and remembers only keys and row numbers, so that a million rows fit in memory.
/// Decides at once which rows cannot take part; the rest becomes findings at the end.
/// </summary>
internal sealed class RowChecks(string importId)
{
    /// <summary>Google's limit of tokens for one example, input and output together, at four characters a token.</summary>
    public const long MaximumCharacters = 131_072L * 4;

    private readonly Dictionary<FindingRule, List<int>> _rows = [];
    private readonly Dictionary<UInt128, (int Number, UInt128 Output)> _firsts = [];
    private readonly Dictionary<UInt128, List<(int Number, UInt128 Output)>> _repeats = [];
    private readonly LabelTally _labels = new();

    public int Read { get; private set; }

    public int Accepted { get; private set; }

    public int DistinctOutputs => _labels.Distinct;

    public Example Check(RecordReader row, int inputColumn, int outputColumn)
    {
        Read++;
        if (row.Problem is { } problem)
        {
            return SetAside(row, problem.Contains("longer than", StringComparison.Ordinal) ? FindingRule.TooLong : FindingRule.Unreadable, Storable(row.Raw), "", problem);
        }

        var input = ValueAt(row, inputColumn);
        var output = ValueAt(row, outputColumn);
        if (input.Contains('\0') || output.Contains('\0'))
        {
            return SetAside(row, FindingRule.NulCharacter, Storable(input), Storable(output), "it holds a NUL character, which databases and models refuse");
        }

        if (string.IsNullOrWhiteSpace(input))
        {
            return SetAside(row, FindingRule.EmptyInput, input, output, "the input is empty");
        }

        if (string.IsNullOrWhiteSpace(output))
        {
            return SetAside(row, FindingRule.EmptyOutput, input, output, "the expected output is empty");
        }

        Accepted++;
        Look(row, input, output);
        return new Example { ImportId = importId, Number = row.Number, Input = input, Output = output };
    }

    /// <summary>Everything that was found, each with the rows it concerns.</summary>
    public IReadOnlyList<(Finding Finding, IReadOnlyList<int> Rows)> Conclude()
    {
        Compare();
        List<(Finding, IReadOnlyList<int>)> found = [.. _rows.Select(r => (FindingWords.About(importId, r.Key, r.Value), (IReadOnlyList<int>)r.Value))];
        found.AddRange(_labels.Conclude(importId));
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

    private static string ValueAt(RecordReader row, int column) => column < row.Values.Count ? row.Values[column] ?? "" : "";

    private static string Storable(string text) => text.Replace('\0', '\u2400');

    private void Look(RecordReader row, string input, string output)
    {
        var number = row.Number;
        _labels.Add(output, number);
        if (input.Contains('\uFFFD') || output.Contains('\uFFFD'))
        {
            Note(FindingRule.EncodingDamage, number);
        }

        if (input.Length + (long)output.Length > MaximumCharacters)
        {
            Note(FindingRule.OverTokenLimit, number);
        }

        if (HasControl(input) || HasControl(output))
        {
            Note(FindingRule.ControlCharacter, number);
        }

        if (row.IsFlattened)
        {
            Note(FindingRule.Flattened, number);
        }

        var outputKey = TextKey.Of(output.AsSpan().Trim());
        ref var first = ref CollectionsMarshal.GetValueRefOrAddDefault(_firsts, TextKey.Of(input.AsSpan().Trim()), out var isKnown);
        if (!isKnown)
        {
            first = (number, outputKey);
            return;
        }

        var inputKey = TextKey.Of(input.AsSpan().Trim());
        if (!_repeats.TryGetValue(inputKey, out var repeats))
        {
            _repeats[inputKey] = repeats = [first];
        }

        repeats.Add((number, outputKey));
    }

    private void Compare()
    {
        foreach (var group in _repeats.Values)
        {
            HashSet<UInt128> outputs = [];
            foreach (var (number, output) in group)
            {
                if (!outputs.Add(output))
                {
                    Note(FindingRule.ExactDuplicate, number);
                }
            }

            if (outputs.Count > 1)
            {
                group.ForEach(r => Note(FindingRule.ContradictoryOutput, r.Number));
            }
        }
    }

    private static bool HasControl(string text)
    {
        foreach (var c in text.AsSpan())
        {
            if (c < ' ' ? c is not ('\t' or '\n' or '\r') : c is >= '\u007F' and <= '\u009F')
            {
                return true;
            }
        }

        return false;
    }

    private Example SetAside(RecordReader row, FindingRule rule, string input, string output, string reason)
    {
        Note(rule, row.Number);
        return new Example { ImportId = importId, Number = row.Number, Input = input, Output = output, SetAsideBy = rule, Reason = reason.Length > 400 ? reason[..400] : reason };
    }

    private void Note(FindingRule rule, int number)
    {
        if (!_rows.TryGetValue(rule, out var rows))
        {
            _rows[rule] = rows = [];
        }

        rows.Add(number);
    }
}
