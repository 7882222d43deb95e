using Portal.Sandbox.Learner;

namespace Portal.Vertex.Tests.Learner;

public sealed class AdapterTrainerTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(16, 1)]
    [InlineData(17, 2)]
    [InlineData(240, 15)]
    public void Create_Rows_CountsStepsPerEpoch(int rows, int steps)
    {
        var trainer = AdapterTrainer.Create(Tickets.Draw(rows, 1), [], Runs.Settings(epochs: 5));

        Assert.Equal(steps, trainer.StepsPerEpoch);
        Assert.Equal(5 * steps, trainer.TotalSteps);
        Assert.Equal(0, trainer.CurrentEpoch);
    }

    [Fact]
    public void TrainStep_EveryEpoch_SeesEachRowOnce()
    {
        var trainer = AdapterTrainer.Create(Tickets.Draw(40, 1), [], Runs.Settings(epochs: 2));
        var seen = new List<int>();
        while (!trainer.Finished)
        {
            seen.Add(trainer.TrainStep().Predictions);
        }

        Assert.Equal([16, 16, 8, 16, 16, 8], seen);
        Assert.Equal(2, trainer.CurrentEpoch);
        Assert.Throws<InvalidOperationException>(trainer.TrainStep);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Restore_InMidEpoch_ContinuesBitForBit(bool freeText)
    {
        var rows = freeText ? Notes(120) : Tickets.Draw(200, 1);
        var validation = freeText ? Notes(40) : Tickets.Draw(50, 2);
        var straight = AdapterTrainer.Create(rows, validation, Runs.Settings(epochs: 4));
        for (var i = 0; i < 10; i++)
        {
            straight.TrainStep();
        }

        using var state = new MemoryStream();
        straight.SaveState(state);
        state.Position = 0;
        var resumed = AdapterTrainer.Restore(state, rows, validation);

        Assert.Equal(10, resumed.Step);
        while (!straight.Finished)
        {
            Assert.Equal(straight.TrainStep(), resumed.TrainStep());
        }

        Assert.True(resumed.Finished);
        Assert.Equal(straight.Evaluate(), resumed.Evaluate());
        Assert.Equal(File(straight.Snapshot()), File(resumed.Snapshot()));
    }

    [Fact]
    public void Restore_OtherRows_IsRefused()
    {
        using var state = new MemoryStream();
        AdapterTrainer.Create(Tickets.Draw(20, 1), [], Runs.Settings()).SaveState(state);
        state.Position = 0;

        Assert.Throws<InvalidDataException>(() => AdapterTrainer.Restore(state, Tickets.Draw(20, 2), []));
        Assert.Throws<InvalidDataException>(() => AdapterTrainer.Restore(new MemoryStream(new byte[64]), Tickets.Draw(20, 1), []));
    }

    [Fact]
    public void TrainStep_SameSeed_Repeats_OtherSeed_Differs()
    {
        Assert.Equal(Losses(seed: 1), Losses(seed: 1));
        Assert.NotEqual(Losses(seed: 1), Losses(seed: 2));

        static List<double> Losses(int seed)
        {
            var trainer = AdapterTrainer.Create(Tickets.Draw(64, 1), [], Runs.Settings(seed: seed));
            return [.. Enumerable.Range(0, trainer.TotalSteps).Select(_ => trainer.TrainStep().Loss)];
        }
    }

    [Fact]
    public void Evaluate_NoValidationRows_MeasuresNothing() =>
        Assert.Equal(new StepMetrics(0, 0, 0, 0), AdapterTrainer.Create(Tickets.Draw(20, 1), [], Runs.Settings()).Evaluate());

    [Fact]
    public void Evaluate_ManyRows_MeasuresTheSameThousand()
    {
        var trainer = AdapterTrainer.Create(Tickets.Draw(20, 1), Tickets.Draw(3000, 2), Runs.Settings());

        Assert.Equal(1000, trainer.Evaluate().Predictions);
        Assert.Equal(trainer.Evaluate(), trainer.Evaluate());
    }

    [Theory]
    [InlineData(0, 3, 1.0)]
    [InlineData(4, 0, 1.0)]
    [InlineData(4, 3, 0.0)]
    [InlineData(4, 3, double.NaN)]
    public void Create_SettingsOutOfRange_Throws(int adapterSize, int epochs, double multiplier) =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => AdapterTrainer.Create(Tickets.Draw(20, 1), [], Runs.Settings(adapterSize, epochs, multiplier)));

    internal static List<TrainingExample> Notes(int rows) =>
        [.. Tickets.DrawParts(rows, 5).Select((t, i) => new TrainingExample($"unit {i} {t.Input}", $"Unit {i}: {t.Output} was seen and noted."))];

    private static byte[] File(Adapter adapter)
    {
        using var stream = new MemoryStream();
        adapter.Save(stream);
        return stream.ToArray();
    }
}
