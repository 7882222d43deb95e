using Portal.Sandbox.Learner;

namespace Portal.Vertex.Tests.Learner;

public sealed class AdapterTests
{
    private static readonly string[] s_oddTexts =
    [
        string.Empty, " \r\n\t", "\0\0", "👍🏽👩‍👩‍👧", "שלום, מה קורה?", "日本語のテキスト", "\ud83d lone", "~!@#$%^&*()",
        new string('x', 100_000), string.Concat(Enumerable.Repeat("long row of words ", 6_000)), string.Concat(Enumerable.Repeat("é\u0301 ", 30_000)),
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Load_SavedAdapter_AnswersTheSame(bool freeText)
    {
        var adapter = Runs.Tune(freeText ? AdapterTrainerTests.Notes(150) : Tickets.Draw(160, 1), Runs.Settings(epochs: 5));
        using var file = new MemoryStream();
        adapter.Save(file);
        file.Position = 0;

        var loaded = Adapter.Load(file);

        foreach (var input in Tickets.Draw(100, 2).Select(t => t.Input).Concat(s_oddTexts))
        {
            Assert.Equal(adapter.Answer(input), loaded.Answer(input));
        }
    }

    [Fact]
    public void Load_OtherFile_IsRefused() =>
        Assert.Throws<InvalidDataException>(() => Adapter.Load(new MemoryStream("{ \"not\": \"an adapter\" }"u8.ToArray())));

    [Theory]
    [InlineData(0.001)]
    [InlineData(1)]
    [InlineData(1e9)]
    public void Answer_OddRowsAndTexts_IsAlwaysAFiniteAnswer(double multiplier)
    {
        var rows = s_oddTexts.SelectMany((text, i) => new[] { new TrainingExample(text, i % 2 == 0 ? "even" : "odd"), new(text + "!", "even") }).ToList();
        var trainer = AdapterTrainer.Create(rows, rows, Runs.Settings(epochs: 6, multiplier: multiplier));
        while (!trainer.Finished)
        {
            Assert.True(double.IsFinite(trainer.TrainStep().Loss));
        }

        Assert.True(double.IsFinite(trainer.Evaluate().Loss));
        var adapter = trainer.Snapshot();
        Assert.All(s_oddTexts, text => AssertSound(adapter.Answer(text), ["even", "odd"]));
    }

    [Fact]
    public void Answer_FreeTextFromOddRows_IsOneOfTheResponses()
    {
        var rows = s_oddTexts.Select((text, i) => new TrainingExample(text, text.Length > 50 ? $"{i} long" : text)).ToList();
        var adapter = Runs.Tune(rows, Runs.Settings(epochs: 6, multiplier: 1e9));

        Assert.All(s_oddTexts, text => AssertSound(adapter.Answer(text), [.. rows.Select(r => r.Output)]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    public void Answer_OneClass_IsThatClass(int rows)
    {
        var adapter = Runs.Tune([.. Enumerable.Range(0, rows).Select(i => new TrainingExample($"text {i}", "only"))], Runs.Settings());

        Assert.Equal(new ModelAnswer("only", 0), adapter.Answer("anything"));
    }

    [Fact]
    public void Answer_FromManyThreads_IsTheSameAsFromOne()
    {
        var adapter = Runs.Tune(Tickets.Draw(160, 1), Runs.Settings());
        var inputs = Tickets.Draw(4000, 2).ConvertAll(t => t.Input);
        var alone = inputs.ConvertAll(adapter.Answer);

        var together = new ModelAnswer[inputs.Count];
        Parallel.For(0, inputs.Count, i => together[i] = adapter.Answer(inputs[i]));

        Assert.Equal(alone, together);
    }

    private static void AssertSound(ModelAnswer answer, string[] known)
    {
        Assert.Contains(answer.Text, known);
        Assert.True(double.IsFinite(answer.AverageLogProbability) && answer.AverageLogProbability <= 0);
    }
}
