using Portal.Features.Define;
using Portal.Features.Evaluate;
using Portal.Features.Model;

namespace Portal.Benchmarks;

/// <summary>
/// All figures of an evaluation of two candidates: rates, macro-F1 and their intervals, the paired comparison, the table of labels. Against
/// the resampling alone that one textbook interval takes.
/// </summary>
internal sealed class StatisticsBenchmark : Benchmark
{
    private const int Rows = 1_000;

    private readonly TaskDefinition _task = new() { ProjectId = "prj_bench" };
    private Dictionary<int, string> _expected = [];
    private List<AnsweredRun> _runs = [];
    private double[] _scores = [];

    public override string Name => "statistics";

    public override string Unit => "rows";

    public override string Against => "one bootstrap of a mean with System.Random";

    public override Task PrepareAsync()
    {
        var messages = SampleMessages.Draw(Rows);
        _task.SetLabels(messages.Select(m => m.Label).Distinct());
        _expected = Enumerable.Range(1, Rows).ToDictionary(n => n, n => messages[n - 1].Label);
        _runs = [Run(seed: 1, right: 0.55), Run(seed: 2, right: 0.88)];
        _scores = [.. _runs[1].Answers.Select(a => a.Score)];
        return Task.CompletedTask;
    }

    public override Task<long> WorkAsync() => Task.FromResult<long>(EvaluationScoring.Of(_task, _expected, _runs).Sum(r => r.Rows) / _runs.Count);

    public override Task<long> PlainAsync()
    {
        var random = new Random(1);
        var means = new double[PairedBootstrap.DefaultResamples];
        for (var i = 0; i < means.Length; i++)
        {
            var sum = 0.0;
            for (var row = 0; row < _scores.Length; row++)
            {
                sum += _scores[random.Next(_scores.Length)];
            }

            means[i] = sum / _scores.Length;
        }

        Array.Sort(means);
        return Task.FromResult<long>(_scores.Length);
    }

    private AnsweredRun Run(int seed, double right)
    {
        var random = new Random(seed);
        List<CandidateAnswer> answers =
        [
            .. _expected.Select(row => (row.Key, Answer: random.NextDouble() < right ? row.Value : _task.Labels[random.Next(_task.Labels.Count)])).Select(a => new CandidateAnswer
            {
                RunId = "run_bench", Number = a.Key, Answer = a.Answer, IsCorrect = a.Answer == _expected[a.Key], Score = a.Answer == _expected[a.Key] ? 1 : 0, LatencyMs = 100, InputTokens = 30, OutputTokens = 3,
            }),
        ];
        return new AnsweredRun(answers, RunMetrics.Of(_task, MetricKind.Accuracy, new TokenPrices(300_000, 2_500_000), _expected, answers));
    }
}
