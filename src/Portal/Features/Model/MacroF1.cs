namespace Portal.Features.Model;

public sealed record LabelScore(string Label, double Precision, double Recall, double F1, int Support, int Answered);

/// <summary>How often rows of one label were answered with another one; outside, when the answer is no label at all.</summary>
public sealed record Confusion(string Expected, string Answered, int Count, bool IsOutside);

public sealed record LabelReport(double Macro, IReadOnlyList<LabelScore> Labels, IReadOnlyList<Confusion> Confusions, int OutsideAnswers);

/// <summary>
/// F1 of each label, averaged over the labels that the data has, so that a rare label counts as much as a common one.
/// An answer outside the label set misses its row's label and makes no label of its own.
/// </summary>
public sealed class MacroF1
{
    private const int Outside = -1;

    private readonly List<string> _labels = [];
    private readonly Dictionary<string, int> _numbers = new(StringComparer.OrdinalIgnoreCase);
    private readonly int[] _expected;
    private readonly int[] _answered;
    private readonly IReadOnlyList<string> _answers;

    /// <param name="labels">The task's label set; labels that only the data knows are added to it.</param>
    public MacroF1(IReadOnlyList<string> expected, IReadOnlyList<string> answers, IEnumerable<string> labels)
    {
        if (expected.Count != answers.Count)
        {
            throw new ArgumentException("Every row needs an expected label and an answer.", nameof(answers));
        }

        _answers = answers;
        foreach (var label in labels)
        {
            NumberOf(label);
        }

        _expected = [.. expected.Select(NumberOf)];
        _answered = [.. answers.Select(a => AnswerScore.FindLabel(a, _numbers))];
    }

    public int Rows => _expected.Length;

    public double Value => Macro(_expected, _answered, AllRows());

    /// <summary>Macro-F1 of a resample, for the bootstrap.</summary>
    public double Of(ReadOnlySpan<int> rows) => Macro(_expected, _answered, rows);

    public bool IsOutside(int row) => _answered[row] is Outside;

    public Estimate Estimate(int resamples = PairedBootstrap.DefaultResamples)
    {
        var estimate = PairedBootstrap.Of(Rows, Of, resamples);
        return estimate.Low < estimate.High || Rows is 0 ? estimate : PairedBootstrap.Wilsons(estimate.Value, Rows);
    }

    /// <summary>How much better the other is on the same rows.</summary>
    public Estimate DifferenceTo(MacroF1 other, int resamples = PairedBootstrap.DefaultResamples) => other.Rows == Rows
        ? PairedBootstrap.Of(Rows, rows => other.Of(rows) - Of(rows), resamples)
        : throw new ArgumentException("Only answers to the same rows can be compared.", nameof(other));

    public LabelReport Report()
    {
        var counts = Counts.Of(_expected, _answered, AllRows(), _labels.Count);
        var scores = new List<LabelScore>();
        for (var i = 0; i < _labels.Count; i++)
        {
            var (right, support, answered) = (counts.Right[i], counts.Support[i], counts.Answered[i]);
            if (support + answered > 0)
            {
                scores.Add(new LabelScore(_labels[i], Ratio(right, answered), Ratio(right, support), counts.F1(i), support, answered));
            }
        }

        return new LabelReport(counts.Macro(), scores, Confusions(), _answered.Count(a => a is Outside));
    }

    /// <summary>The rows behind a confusion.</summary>
    public IEnumerable<int> RowsOf(Confusion confusion) => Enumerable.Range(0, Rows).Where(row =>
        _expected[row] != _answered[row] && _labels[_expected[row]] == confusion.Expected && IsOutside(row) == confusion.IsOutside && Answered(row) == confusion.Answered);

    private string Answered(int row) => IsOutside(row) ? AnswerScore.Shown(_answers[row]) : _labels[_answered[row]];

    private List<Confusion> Confusions() =>
    [
        .. Enumerable.Range(0, Rows).Where(row => _expected[row] != _answered[row]).GroupBy(row => (Expected: _expected[row], Answered: Answered(row), Outside: IsOutside(row)))
            .Select(g => new Confusion(_labels[g.Key.Expected], g.Key.Answered, g.Count(), g.Key.Outside))
            .OrderByDescending(c => c.Count).ThenBy(c => c.Expected, StringComparer.Ordinal).ThenBy(c => c.Answered, StringComparer.Ordinal),
    ];

    private int NumberOf(string label)
    {
        var key = AnswerScore.Normalize(label);
        if (!_numbers.TryGetValue(key, out var number))
        {
            number = _labels.Count;
            _numbers.Add(key, number);
            _labels.Add(label.Trim());
        }

        return number;
    }

    private int[] AllRows() => [.. Enumerable.Range(0, Rows)];

    private double Macro(int[] expected, int[] answered, ReadOnlySpan<int> rows) => Counts.Of(expected, answered, rows, _labels.Count).Macro();

    private static double Ratio(int part, int whole) => whole is 0 ? 0 : (double)part / whole;

    private sealed record Counts(int[] Right, int[] Support, int[] Answered)
    {
        public static Counts Of(int[] expected, int[] answered, ReadOnlySpan<int> rows, int labels)
        {
            var counts = new Counts(new int[labels], new int[labels], new int[labels]);
            var (right, support, given) = counts;
            foreach (var row in rows)
            {
                var (wanted, got) = (expected[row], answered[row]);
                support[wanted]++;
                if (got is not Outside)
                {
                    given[got]++;
                    right[wanted] += wanted == got ? 1 : 0;
                }
            }

            return counts;
        }

        public double F1(int label)
        {
            var both = Support[label] + Answered[label];
            return both is 0 ? 0 : 2.0 * Right[label] / both;
        }

        public double Macro()
        {
            var (sum, present) = (0.0, 0);
            for (var i = 0; i < Support.Length; i++)
            {
                if (Support[i] > 0)
                {
                    sum += F1(i);
                    present++;
                }
            }

            return present is 0 ? 0 : sum / present;
        }
    }
}
