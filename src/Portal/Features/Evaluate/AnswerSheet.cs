using Portal.Features.Define;
using Portal.Features.Model;

namespace Portal.Features.Evaluate;

/// <summary>A candidate's answers beside the right ones, in the order of the rows. Rows that failed are not on it.</summary>
internal sealed class AnswerSheet
{
    private readonly TaskDefinition _task;
    private readonly string[] _expected;
    private readonly string[] _answers;
    private readonly bool[] _correct;

    private AnswerSheet(TaskDefinition task, int[] numbers, string[] expected, string[] answers, bool[] correct)
    {
        _task = task;
        Numbers = numbers;
        (_expected, _answers, _correct) = (expected, answers, correct);
    }

    public int[] Numbers { get; }

    public int Rows => Numbers.Length;

    public static AnswerSheet Of(TaskDefinition task, IReadOnlyDictionary<int, string> expected, IReadOnlyList<CandidateAnswer> answers)
    {
        var rows = answers.Where(a => a.Error is null).OrderBy(a => a.Number).ToList();
        return new AnswerSheet(
            task, [.. rows.Select(a => a.Number)], [.. rows.Select(a => expected[a.Number])], [.. rows.Select(a => a.Answer)],
            [.. rows.Select(a => AnswerScore.IsCorrect(task, expected[a.Number], a.Answer))]);
    }

    public AnswerSheet Only(IReadOnlySet<int> numbers)
    {
        if (numbers.Count == Rows)
        {
            return this;
        }

        int[] kept = [.. Enumerable.Range(0, Rows).Where(i => numbers.Contains(Numbers[i]))];
        return new AnswerSheet(
            _task, [.. kept.Select(i => Numbers[i])], [.. kept.Select(i => _expected[i])], [.. kept.Select(i => _answers[i])], [.. kept.Select(i => _correct[i])]);
    }

    public AnswerSheet Without(IReadOnlySet<int> numbers) => Only(Numbers.Where(n => !numbers.Contains(n)).ToHashSet());

    public MacroF1 Labels() => new(_expected, _answers, _task.Labels);

    public Estimate Estimate(MetricKind metric)
    {
        if (metric is MetricKind.MacroF1)
        {
            return Labels().Estimate();
        }

        if (metric is not MetricKind.Accuracy)
        {
            return PairedBootstrap.MeanShare(Scores(metric));
        }

        var right = _correct.Count(c => c);
        var (low, high) = Wilson.Interval(right, Rows);
        return new Estimate(Rows is 0 ? 0 : (double)right / Rows, low, high);
    }

    /// <summary>How much better the other is; both must hold the same rows.</summary>
    public Estimate DifferenceTo(AnswerSheet other, MetricKind metric) => metric is MetricKind.MacroF1
        ? Labels().DifferenceTo(other.Labels())
        : PairedBootstrap.Difference(Scores(metric), other.Scores(metric));

    /// <summary>Rows that only the other, and rows that only this one has right.</summary>
    public (int Better, int Worse) Changes(AnswerSheet other)
    {
        var (better, worse) = (0, 0);
        for (var i = 0; i < Rows; i++)
        {
            better += !_correct[i] && other._correct[i] ? 1 : 0;
            worse += _correct[i] && !other._correct[i] ? 1 : 0;
        }

        return (better, worse);
    }

    private double[] Scores(MetricKind metric) => metric switch
    {
        MetricKind.TokenF1 => [.. _expected.Zip(_answers, TokenF1.Of)],
        MetricKind.RougeL => [.. _expected.Zip(_answers, RougeL.Of)],
        _ => [.. _correct.Select(c => c ? 1.0 : 0.0)],
    };
}
