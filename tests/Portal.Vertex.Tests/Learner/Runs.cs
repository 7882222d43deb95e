using Portal.Sandbox.Learner;

namespace Portal.Vertex.Tests.Learner;

internal static class Runs
{
    public static LearnerSettings Settings(
        int adapterSize = 4, int epochs = 3, double multiplier = 1, int seed = 1, LearnerTier tier = LearnerTier.Flash) =>
        new(tier, adapterSize, epochs, multiplier, seed);

    public static Adapter Tune(IReadOnlyList<TrainingExample> rows, LearnerSettings settings)
    {
        var trainer = AdapterTrainer.Create(rows, [], settings);
        while (!trainer.Finished)
        {
            trainer.TrainStep();
        }

        return trainer.Snapshot();
    }

    /// <summary>The validation loss before the first epoch and after each.</summary>
    public static List<double> ValidationLosses(AdapterTrainer trainer)
    {
        List<double> losses = [trainer.Evaluate().Loss];
        while (!trainer.Finished)
        {
            trainer.TrainStep();
            if (trainer.Step % trainer.StepsPerEpoch == 0)
            {
                losses.Add(trainer.Evaluate().Loss);
            }
        }

        return losses;
    }

    public static double Accuracy(Func<string, string> model, IReadOnlyList<TrainingExample> rows) =>
        rows.Count(r => model(r.Input) == r.Output) / (double)rows.Count;

    public static double Accuracy(this Adapter adapter, IReadOnlyList<TrainingExample> rows) =>
        Accuracy(input => adapter.Answer(input).Text, rows);
}
