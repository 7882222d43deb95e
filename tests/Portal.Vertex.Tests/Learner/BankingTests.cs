using System.Diagnostics;
using Portal.Sandbox.Learner;

namespace Portal.Vertex.Tests.Learner;

/// <summary>The promises that the product's figures rest on, measured on 77 real intents and their official test rows.</summary>
public sealed class BankingTests
{
    private static readonly Lazy<(IReadOnlyList<TrainingExample> Train, IReadOnlyList<TrainingExample> Test)> s_data = new(PublicData.Banking77);

    [Fact]
    public void Tune_AdapterSizes_BuyAccuracyFastAndSmall()
    {
        var (train, test) = s_data.Value;
        var accuracies = new Dictionary<int, double>();
        foreach (var size in new[] { 1, 2, 4, 16 })
        {
            var clock = Stopwatch.StartNew();
            var adapter = Runs.Tune(train, Runs.Settings(size));
            var seconds = clock.Elapsed.TotalSeconds;
            using var file = new MemoryStream();
            adapter.Save(file);
            accuracies[size] = adapter.Accuracy(test);
            TestContext.Current.TestOutputHelper?.WriteLine($"size {size}: {accuracies[size]:P2}, {seconds:F1} s, {file.Length / 1e6:F1} MB");
            Assert.InRange(file.Length, 100_000, 20_000_000);
        }

        var shown = string.Join(", ", accuracies);
        Assert.True(accuracies[4] >= 0.90, shown);
        Assert.True(accuracies[1] + 0.02 < accuracies[2], shown);
        Assert.True(accuracies[2] < accuracies[4], shown);
        Assert.True(accuracies[4] <= accuracies[16], shown);
    }

    [Fact]
    public void Tune_FourFifthsOfTheRows_StillHolds()
    {
        var (train, test) = s_data.Value;

        var adapter = Runs.Tune([.. train.Where((_, i) => i % 5 != 0)], Runs.Settings());

        Assert.True(adapter.Accuracy(test) >= 0.89, $"{adapter.Accuracy(test)}");
    }

    [Fact]
    public void BaseModel_OnlyItsPrompt_GetsBetterByTierAndByExamples()
    {
        var (train, _) = s_data.Value;
        var rows = train.Where((_, i) => i % 9 == 0).ToList();
        var shown = train.Where((_, i) => i % 9 == 1).GroupBy(r => r.Output).SelectMany(g => g.Take(2)).ToList();
        var instruction = "Answer with exactly one of these labels:\n" + string.Join('\n', train.Select(r => "- " + r.Output).Distinct());
        var turns = shown.SelectMany(r => new[] { ("user", r.Input), ("model", r.Output) }).ToList();
        var model = new BaseModel();

        var plain = Enum.GetValues<LearnerTier>().Select(tier => Measure(tier, [])).ToList();
        var fewShot = Enum.GetValues<LearnerTier>().Select(tier => Measure(tier, turns)).ToList();

        var measured = $"prompt {string.Join(' ', plain)}, examples {string.Join(' ', fewShot)}";
        TestContext.Current.TestOutputHelper?.WriteLine(measured);
        Assert.All(plain, accuracy => Assert.InRange(accuracy, 0.25, 0.60));
        Assert.True(plain[0] + 0.03 < plain[1] && plain[1] <= plain[2], measured);
        Assert.True(fewShot[0] < fewShot[1] && fewShot[1] <= fewShot[2], measured);
        Assert.All(plain.Zip(fewShot), p => Assert.True(p.Second > p.First + 0.05, measured));

        double Measure(LearnerTier tier, List<(string, string)> earlier) =>
            Runs.Accuracy(input => model.Answer(tier, new BasePrompt(instruction, [.. earlier, ("user", input)])).Text, rows);
    }

    [Fact]
    public void FreeText_ClinicalNotes_AreLearned()
    {
        var (train, test) = PublicData.ClinicalNotes();
        var trainer = AdapterTrainer.Create(train, test, Runs.Settings());

        var losses = Runs.ValidationLosses(trainer);

        Assert.True(losses[^1] < 0.8 * losses[0], string.Join(' ', losses));
        Assert.Contains(trainer.Snapshot().Answer(test[0].Input).Text, train.Select(r => r.Output));
    }
}
