using Portal.Sandbox.Learner;

namespace Portal.Vertex.Tests.Learner;

/// <summary>The curves must behave as those of a real tuning do, since the portal judges them.</summary>
public sealed class LearningCurveTests
{
    [Fact]
    public void Evaluate_FewEpochs_Falls()
    {
        var trainer = AdapterTrainer.Create(Tickets.Draw(300, 1), Tickets.Draw(200, 2), Runs.Settings());

        var losses = Runs.ValidationLosses(trainer);

        Assert.Equal(losses.OrderDescending(), losses);
        Assert.True(losses[^1] < 0.25 * losses[0], string.Join(' ', losses));
    }

    [Fact]
    public void Evaluate_TooManyEpochs_TurnsUpwards()
    {
        var trainer = AdapterTrainer.Create(
            Tickets.Draw(300, 1, mislabelled: 0.2), Tickets.Draw(200, 2, mislabelled: 0.2), Runs.Settings(epochs: 40));

        var losses = Runs.ValidationLosses(trainer);

        var lowest = losses.IndexOf(losses.Min());
        Assert.InRange(lowest, 1, 20);
        Assert.True(losses[^1] > 1.3 * losses[lowest], string.Join(' ', losses));
        Assert.True(trainer.Snapshot().Answer(Tickets.Draw(1, 1)[0].Input).AverageLogProbability > -0.1);
    }

    [Fact]
    public void LearningRateMultiplier_Tenth_LearnsSlower_Tenfold_IsRough()
    {
        var rows = Tickets.DrawParts(800, 1);
        var validation = Tickets.DrawParts(300, 2);

        var (slow, normal, rough) = (Curve(0.1), Curve(1), Curve(10));

        Assert.True(slow[^1] > 2 * normal[^1], $"{slow[^1]} {normal[^1]}");
        Assert.True(rough[1] > 2 * normal[1], $"{rough[1]} {normal[1]}");

        List<double> Curve(double multiplier) =>
            Runs.ValidationLosses(AdapterTrainer.Create(rows, validation, Runs.Settings(multiplier: multiplier)));
    }

    [Fact]
    public void AdapterSize_Larger_HoldsMoreClassesApart()
    {
        var rows = Tickets.DrawParts(2000, 1, kinds: 20);
        var unseen = Tickets.DrawParts(500, 2, kinds: 20);

        var accuracies = new[] { 1, 2, 4, 16 }.Select(size => Runs.Tune(rows, Runs.Settings(size)).Accuracy(unseen)).ToList();

        Assert.True(accuracies[0] + 0.05 < accuracies[1], string.Join(' ', accuracies));
        Assert.True(accuracies[1] <= accuracies[2] && accuracies[2] <= accuracies[3] + 0.01, string.Join(' ', accuracies));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(10)]
    public void Tune_240Tickets_BeatsTheBaseModelClearly(int epochs)
    {
        var rows = Tickets.Draw(240, 1);
        var unseen = Tickets.Draw(400, 2);
        var labels = string.Join(", ", rows.Select(r => r.Output).Distinct());
        var baseModel = new BaseModel();

        var untuned = Runs.Accuracy(
            input => baseModel.Answer(LearnerTier.Pro, new BasePrompt($"Labels: {labels}", [("user", input)])).Text, unseen);
        var tuned = Runs.Tune(rows, Runs.Settings(epochs: epochs)).Accuracy(unseen);

        Assert.True(tuned > untuned + 0.25, $"tuned {tuned}, untuned {untuned}");
    }

    [Fact]
    public void FreeText_Training_FindsTheRightResponseMoreOften()
    {
        var rows = FreeText(600, 1);
        var trainer = AdapterTrainer.Create(rows, FreeText(160, 2), Runs.Settings(epochs: 5));
        var before = trainer.Evaluate();

        Runs.ValidationLosses(trainer);
        var after = trainer.Evaluate();

        Assert.True(after.Loss < 0.6 * before.Loss, $"{before} {after}");
        Assert.True(after.Accuracy > before.Accuracy + 0.2, $"{before} {after}");
    }

    /// <summary>Question and answer share no word, so only training can tell which belong together.</summary>
    private static List<TrainingExample> FreeText(int rows, int seed)
    {
        Dictionary<string, string> actions = new()
        {
            ["pump"] = "tighten gasket", ["valve"] = "swap spindle", ["motor"] = "rewind coil", ["belt"] = "restore tension",
            ["gear"] = "grease teeth", ["filter"] = "rinse mesh", ["hose"] = "cut new length", ["rotor"] = "balance shaft",
            ["sensor"] = "calibrate probe", ["clutch"] = "renew lining",
        };
        Dictionary<string, string> urgencies = new()
        {
            ["leaks"] = "today", ["rattles"] = "within seven days", ["overheats"] = "at once", ["jams"] = "before night",
            ["slips"] = "next round", ["smokes"] = "immediately, evacuate", ["stalls"] = "tomorrow", ["drifts"] = "this month",
            ["corrodes"] = "this quarter", ["vibrates"] = "during summer",
        };
        return [.. Tickets.DrawParts(rows, seed).Select((t, i) =>
        {
            var parts = t.Output.Split('/');
            return new TrainingExample(t.Input, $"Order {seed}{i}: {actions[parts[0]]}, {urgencies[parts[1]]}.");
        })];
    }
}
