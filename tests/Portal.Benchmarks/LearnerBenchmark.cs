using Portal.Sandbox.Learner;

namespace Portal.Benchmarks;

/// <summary>The sandbox's tuning at its default adapter size, against counting the same words for naive Bayes.</summary>
internal sealed class LearnerBenchmark : Benchmark
{
    private const int Epochs = 2;

    private readonly List<TrainingExample> _train = [.. SampleMessages.Draw(4_000).Select(m => new TrainingExample(m.Text, m.Label))];
    private readonly List<TrainingExample> _unseen = [.. SampleMessages.Draw(500, seed: 7).Select(m => new TrainingExample(m.Text, m.Label))];

    public override string Name => "learner";

    public override string Unit => "rows";

    public override string Against => "counting words for naive Bayes";

    public override Task PrepareAsync()
    {
        // A training that learns nothing is quick.
        var adapter = Train();
        var right = _unseen.Count(row => adapter.Answer(row.Input).Text == row.Output) / (double)_unseen.Count;
        return right > 0.7 ? Task.CompletedTask : throw new InvalidOperationException($"The learner answers {right:P0} of unseen rows rightly.");
    }

    public override Task<long> WorkAsync()
    {
        GC.KeepAlive(Train());
        return Task.FromResult<long>(_train.Count * Epochs);
    }

    public override Task<long> PlainAsync()
    {
        Dictionary<(string Label, string Word), int> counts = [];
        foreach (var row in _train)
        {
            foreach (var word in row.Input.Split(' '))
            {
                counts[(row.Output, word)] = counts.GetValueOrDefault((row.Output, word)) + 1;
            }
        }

        GC.KeepAlive(counts);
        return Task.FromResult<long>(_train.Count);
    }

    private Adapter Train()
    {
        var trainer = AdapterTrainer.Create(_train, [], new LearnerSettings(LearnerTier.Flash, AdapterSize: 4, Epochs, LearningRateMultiplier: 1, Seed: 1));
        while (!trainer.Finished)
        {
            trainer.TrainStep();
        }

        return trainer.Snapshot();
    }
}
